package carryall.transport;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/// The JDK's trusted authorities and those of a PEM file.
final class TrustedRoots {
    private static final int LARGEST = 1 << 20;

    private TrustedRoots() {}

    static SSLContext with(Path ca) throws TransportException {
        try {
            KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
            roots.load(null, null);
            int count = 0;
            for (X509Certificate root : ofJdk()) {
                roots.setCertificateEntry("root-" + count++, root);
            }
            for (Certificate root : read(ca)) {
                roots.setCertificateEntry("root-" + count++, root);
            }
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(roots);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException rubbish) {
            throw new TransportException.Unusable(
                    ca.toString(), new IOException("it holds no PEM certificates", rubbish));
        } catch (IOException failure) {
            throw new TransportException.Unusable(ca.toString(), failure);
        }
    }

    private static X509Certificate[] ofJdk() throws GeneralSecurityException {
        TrustManagerFactory usual =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        usual.init((KeyStore) null);
        for (TrustManager manager : usual.getTrustManagers()) {
            if (manager instanceof X509TrustManager x509) {
                return x509.getAcceptedIssuers();
            }
        }
        return new X509Certificate[0];
    }

    private static Collection<? extends Certificate> read(Path ca)
            throws IOException, GeneralSecurityException {
        byte[] bytes;
        try (InputStream from = Files.newInputStream(ca)) {
            bytes = from.readNBytes(LARGEST + 1);
        }
        if (bytes.length > LARGEST) {
            throw new IOException("it is over 1 MiB");
        }
        Collection<? extends Certificate> all =
                CertificateFactory.getInstance("X.509")
                        .generateCertificates(new ByteArrayInputStream(bytes));
        if (all.isEmpty()) {
            throw new IOException("it holds no certificate");
        }
        return all;
    }
}
