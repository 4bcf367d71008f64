package carryall.folder;

import static carryall.folder.NfsCall.Telling.AFTER;
import static carryall.folder.NfsCall.Telling.BOTH;

import carryall.folder.NfsCall.Telling;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.List;

/// The procedures of NFS version 3, RFC 1813, section 3.3. One connection's.
final class NfsProgram implements RpcProgram {
    private interface Body {
        void answer(NfsCall call) throws IOException;
    }

    /// One procedure.
    ///
    /// @param tellings what a reply tells of the files if the request was not done
    private record Procedure(Body body, List<Telling> tellings) {
        Procedure(Body body, Telling... tellings) {
            this(body, List.of(tellings));
        }
    }

    private final Folders folders;
    private final List<Procedure> procedures;

    /// Begins a connection.
    ///
    /// @param verifier another one for each server process: a client whose writes were not flushed
    ///   writes them again when it changes
    NfsProgram(Folders folders, long verifier) {
        this.folders = folders;
        NfsFiles files = new NfsFiles(verifier);
        NfsListing listing = new NfsListing();
        procedures =
                List.of(
                        new Procedure(_ -> {}),
                        new Procedure(NfsLook::attributes),
                        new Procedure(files::setAttributes, BOTH),
                        new Procedure(NfsLook::lookUp, AFTER),
                        new Procedure(NfsLook::access, AFTER),
                        new Procedure(NfsLook::readLink, AFTER),
                        new Procedure(files::read, AFTER),
                        new Procedure(files::write, BOTH),
                        new Procedure(NfsNames::create, BOTH),
                        new Procedure(NfsNames::makeDirectory, BOTH),
                        new Procedure(NfsNames::makeLink, BOTH),
                        new Procedure(NfsNames::makeNode, BOTH),
                        new Procedure(NfsNames::remove, BOTH),
                        new Procedure(NfsNames::removeDirectory, BOTH),
                        new Procedure(NfsNames::rename, BOTH, BOTH),
                        new Procedure(NfsNames::addName, AFTER, BOTH),
                        new Procedure(listing::list, AFTER),
                        new Procedure(listing::listPlus, AFTER),
                        new Procedure(NfsLook::space, AFTER),
                        new Procedure(NfsLook::limits, AFTER),
                        new Procedure(NfsLook::pathLimits, AFTER),
                        new Procedure(files::commit, BOTH));
    }

    @Override
    public int number() {
        return 100003;
    }

    @Override
    public int procedures() {
        return procedures.size();
    }

    @Override
    public boolean changes(int procedure) {
        return procedure == 2 || (procedure >= 8 && procedure <= 15);
    }

    @Override
    public void answer(int procedure, XdrInput in, XdrOutput out) throws IOException {
        Procedure wanted = procedures.get(procedure);
        int start = out.position();
        try (NfsCall call = new NfsCall(folders, in, out)) {
            try {
                wanted.body.answer(call);
            } catch (ProtocolException malformed) {
                throw malformed;
            } catch (Refused refused) {
                out.position(start);
                call.refuse(refused.status(), wanted.tellings);
            } catch (IOException failure) {
                out.position(start);
                call.refuse(Status.IO, wanted.tellings);
            }
        }
    }
}
