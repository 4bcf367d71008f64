package carryall.cli;

import carryall.appliance.Appliance;
import carryall.appliance.ApplianceClaim;
import carryall.appliance.InstalledAppliance;
import carryall.crypto.VerifyingKey;
import carryall.hypervisor.ByteSize;
import carryall.hypervisor.Network;
import carryall.machine.Machines;
import carryall.recipe.BuildListener;
import carryall.release.FetchListener;
import carryall.release.Fetching;
import carryall.release.Reference;
import carryall.release.Subscriber;
import carryall.release.Subscription;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/// Shows what a shelf offers, asks whether its publisher is who it should be, and fetches it.
final class Offers {
    private final Terminal terminal;
    private final Subscriber subscriber;
    private final Machines machines;

    Offers(Machines machines, Terminal terminal) {
        this.machines = machines;
        this.terminal = terminal;
        this.subscriber =
                new Subscriber(
                        machines.home(), machines.appliances(), System.getenv(), Clock.systemUTC());
    }

    Subscriber subscriber() {
        return subscriber;
    }

    /// What a reference means, its publisher agreed to.
    ///
    /// @param sure whether the user agreed beforehand
    /// @return empty if the user did not agree
    Optional<Subscriber.Offer> agreed(
            Reference reference, Subscription.Settings settings, boolean sure) throws IOException {
        Subscriber.Offer offer = subscriber.look(reference, settings);
        Optional<VerifyingKey> first = offer.followed().firstSeen();
        if (first.isPresent()) {
            introduce(offer, first.get());
            if (!sure
                    && !Question.isAnsweredYes(
                            terminal,
                            "Follow this publisher?",
                            offer.name().publisher()
                                    + " with the key "
                                    + first.get().fingerprint()
                                    + " was never followed on "
                                    + offer.reference().shelf().text()
                                    + ", which needs a yes")) {
                return Optional.empty();
            }
            subscriber.agree(offer);
        }
        return Optional.of(offer);
    }

    private void introduce(Subscriber.Offer offer, VerifyingKey root) {
        var description = offer.description();
        terminal.note(offer.name() + " " + offer.entry().version() + ": " + description.title());
        terminal.note("  publisher  " + offer.name().publisher() + ", never seen before");
        terminal.note("  its key    " + root.fingerprint());
        terminal.note(
                "  compare    the key with what the publisher shows elsewhere; later ones must be"
                        + " vouched for by it");
        terminal.note(
                "  asks for   "
                        + description.memory()
                        + " of memory, "
                        + (description.network() == Network.INTERNET
                                ? "the network, which you grant"
                                : "no network"));
    }

    /// The appliance of an offer, which is here or begins to arrive. The caller has a claim to it.
    ///
    /// @param ahead fetches what opening needs from now on
    InstalledAppliance arriving(Subscriber.Offer offer, Ahead ahead) throws IOException {
        Fetching fetching = subscriber.fetch(offer);
        try {
            InstalledAppliance appliance = fetching.arrive();
            if (!appliance.isWhole()) {
                ahead.begin(fetching, appliance);
                terminal.note(
                        offer.name()
                                + " "
                                + offer.entry().version()
                                + ": "
                                + estimate(offer, fetching).text()
                                + "; it opens while they come");
                if (appliance.description().parts().containsKey(Appliance.Part.PERSONAL)) {
                    // A new machine is made of it.
                    ahead.get(Appliance.Part.PERSONAL);
                }
                ahead.goOn();
            }
            subscriber.arrived(offer);
            return appliance;
        } finally {
            if (!ahead.hasBegun()) {
                fetching.close();
            }
        }
    }

    /// How much an undisturbed fetch takes that begins with nothing of the release here.
    Estimate estimate(Subscriber.Offer offer, Fetching fetching) throws IOException {
        return new Estimate(fetching.bytes(), bytesPerSecond(offer, fetching));
    }

    /// As fast as the shelf was the last time, or else at its first answers.
    private OptionalLong bytesPerSecond(Subscriber.Offer offer, Fetching fetching)
            throws IOException {
        OptionalLong before = subscriber.known().bytesPerSecond(offer.reference().shelf());
        return before.isPresent() ? before : fetching.bytesPerSecond();
    }

    /// Removes what nobody needs, if it is too much.
    ///
    /// @param needed what stays
    void evict(InstalledAppliance needed) throws IOException {
        Optional<ByteSize> bound = Stock.bound(System.getenv());
        if (bound.isPresent()) {
            new Stock(machines, subscriber).evict(bound.get(), needed);
        } else {
            terminal.note("CARRYALL_KEEP is no size, such as 20GiB: nothing is removed.");
        }
    }

    /// The appliance of an offer, fetched if it is not here.
    InstalledAppliance fetched(Subscriber.Offer offer) throws IOException {
        InstalledAppliance installed = kept(offer);
        evict(installed);
        return installed;
    }

    private InstalledAppliance kept(Subscriber.Offer offer) throws IOException {
        try (ApplianceClaim _ = machines.appliances().claim(offer.release().appliance());
                Fetching fetching = subscriber.fetch(offer)) {
            Progress progress = new Progress(terminal, offer, bytesPerSecond(offer, fetching));
            try {
                InstalledAppliance installed = fetching.finish(progress);
                subscriber.arrived(offer);
                subscriber
                        .known()
                        .measured(offer.reference().shelf(), progress.bytes(), progress.took());
                return installed;
            } finally {
                progress.end();
            }
        }
    }

    /// Says how much comes, and how it gets on.
    private static final class Progress implements FetchListener {
        private final Terminal terminal;
        private final Subscriber.Offer offer;
        private final BuildProgress line;
        private final OptionalLong bytesPerSecond;
        private final AtomicLong done = new AtomicLong();
        private long total;
        private long began = System.nanoTime();

        Progress(Terminal terminal, Subscriber.Offer offer, OptionalLong bytesPerSecond) {
            this.terminal = terminal;
            this.offer = offer;
            this.bytesPerSecond = bytesPerSecond;
            this.line = new BuildProgress(terminal, System::nanoTime);
        }

        @Override
        public void begins(long fetchBytes, long hereBytes) {
            total = fetchBytes;
            terminal.note(
                    offer.name()
                            + " "
                            + offer.entry().version()
                            + ": "
                            + new Estimate(fetchBytes, bytesPerSecond).text()
                            + (hereBytes > 0
                                    ? "; " + new ByteSize(hereBytes) + " of it are here"
                                    : ""));
            began = System.nanoTime();
            line.step(1, 1, "fetching " + offer.name());
        }

        /// How many bytes have come.
        long bytes() {
            return done.get();
        }

        /// Since they began to come.
        Duration took() {
            return Duration.ofNanos(System.nanoTime() - began);
        }

        @Override
        public void waits() {
            terminal.note(
                    offer.name() + " is being fetched by another process already; waiting for it");
        }

        @Override
        public void fetched(long bytes) {
            long now = done.addAndGet(bytes);
            synchronized (line) {
                line.progress(BuildListener.Unit.BYTES, now, OptionalLong.of(total));
            }
        }

        void end() {
            line.end();
        }
    }

    /// What `--json` says of an offer.
    static Map<String, Object> object(Subscriber.Offer offer) {
        Map<String, Object> object = Terminal.object();
        object.put("appliance", offer.name().toString());
        object.put("version", offer.entry().version());
        object.put("channel", offer.followed().channel().name());
        object.put("shelf", offer.reference().shelf().text());
        object.put("release", offer.entry().release().text());
        object.put("digest", offer.release().appliance().text());
        object.put("publisherKey", offer.followed().keys().root().id().text());
        return object;
    }
}
