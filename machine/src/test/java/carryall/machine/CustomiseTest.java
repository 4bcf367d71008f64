package carryall.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carryall.appliance.Appliance;
import carryall.appliance.ApplianceName;
import carryall.appliance.BuildFolder;
import carryall.appliance.InstalledAppliance;
import carryall.appliance.Scratch;
import carryall.appliance.Sharing;
import carryall.crypto.Digest;
import carryall.hypervisor.ByteSize;
import carryall.hypervisor.Firmware;
import carryall.hypervisor.Network;
import carryall.hypervisor.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the host keeps of a machine's customisations.
final class CustomiseTest {
    private static final MachineName PLANS = new MachineName("plans");
    private static final ByteSize MEMORY = ByteSize.mebibytes(64);
    private static final String LINE = "ro quiet " + Appliance.CUSTOMISABLE;

    @TempDir private Path temp;
    private Machines machines = new Machines(Path.of(""));

    @BeforeEach
    void over() {
        machines = new Machines(temp.resolve("home"));
    }

    private InstalledAppliance release(String version, String commandLine) throws IOException {
        try (BuildFolder folder = machines.appliances().newFolder(left -> {})) {
            Map<Appliance.Part, Appliance.Content> parts = new EnumMap<>(Appliance.Part.class);
            for (Appliance.Part part :
                    List.of(
                            Appliance.Part.SYSTEM,
                            Appliance.Part.PERSONAL,
                            Appliance.Part.KERNEL,
                            Appliance.Part.INITRD)) {
                Path file = folder.path().resolve(part.fileName());
                Files.writeString(file, part + " of " + version);
                parts.put(
                        part,
                        new Appliance.Content(new ByteSize(Files.size(file)), Digest.of(file)));
            }
            return machines.appliances()
                    .add(
                            folder,
                            new Appliance(
                                    ApplianceName.parse("acme/app"),
                                    version,
                                    "App",
                                    "",
                                    Profile.MODERN,
                                    Firmware.BIOS,
                                    MEMORY,
                                    2,
                                    Network.NONE,
                                    Scratch.DROP,
                                    Sharing.NONE,
                                    List.of(),
                                    Optional.of(commandLine),
                                    Digest.of(new byte[0]),
                                    Optional.empty(),
                                    parts));
        }
    }

    private Head head() throws IOException {
        return machines.files(PLANS).readHead();
    }

    /// As the keeper of a first `customise` leaves it.
    private void customised() throws IOException {
        machines.create(PLANS, release("1", LINE), Network.NONE);
        head().with(Optional.of(Customised.KEPT)).write(machines.files(PLANS).head());
    }

    @Test
    void aReleaseWithoutTheMeansIsNotCustomised() throws IOException {
        machines.create(PLANS, release("1", "ro quiet"), Network.NONE);
        assertThatThrownBy(() ->
                        machines.history(PLANS).beforeCustomising(UnsavedWork.KEEP_IN_HISTORY))
                .isInstanceOf(MachineException.NotCustomisable.class)
                .hasMessage("plans is of release 1, which cannot keep customisations");
    }

    @Test
    void aMachineForOneRunIsNotCustomised() throws IOException {
        machines.create(PLANS, release("1", LINE), Network.NONE, Lifetime.ONE_RUN);
        assertThatThrownBy(() -> machines.history(PLANS).beforeCustomising(UnsavedWork.REFUSE))
                .isInstanceOf(MachineException.LeavesNothing.class);
    }

    @Test
    void aStateRemembersThatThereWereCustomisations() throws IOException {
        machines.create(PLANS, release("1", LINE), Network.NONE);
        assertThat(machines.history(PLANS).keep(Optional.empty())).isEqualTo(1);
        head().with(Optional.of(Customised.KEPT)).write(machines.files(PLANS).head());
        assertThat(machines.history(PLANS).keep(Optional.empty())).isEqualTo(2);
        machines.history(PLANS).restore(1);
        assertThat(head().customised()).isEmpty();
        machines.history(PLANS).restore(2);
        assertThat(head().customised()).contains(Customised.KEPT);
        MachineName other = new MachineName("other");
        machines.history(PLANS).copy(2, other);
        assertThat(machines.files(other).readHead().customised()).contains(Customised.KEPT);
    }

    @Test
    void customisationsStayOverAnUpdateAndAReset() throws IOException {
        customised();
        machines.update(PLANS, release("2", LINE).id(), UnsavedWork.REFUSE);
        assertThat(head().customised()).contains(Customised.KEPT);
        machines.history(PLANS).reset();
        assertThat(head().customised()).contains(Customised.KEPT);
    }

    @Test
    void whatIsTakenBackIsAsFromTheNextStartAndItselfCanBeTakenBack() throws IOException {
        customised();
        int before = machines.history(PLANS).resetCustomisations(List.of("/etc/a"));
        machines.history(PLANS).resetCustomisations(List.of("/etc/b"));
        assertThat(machines.customisations(PLANS).takenBackNext())
                .contains(List.of("/etc/a", "/etc/b"));
        machines.history(PLANS).resetCustomisations(List.of());
        assertThat(machines.customisations(PLANS).takenBackNext()).contains(List.of());
        machines.history(PLANS).restore(before);
        assertThat(head().customised()).contains(Customised.KEPT);
    }

    @Test
    void nothingIsTakenBackOfAMachineWithoutCustomisations() throws IOException {
        machines.create(PLANS, release("1", LINE), Network.NONE);
        assertThatThrownBy(() -> machines.history(PLANS).resetCustomisations(List.of()))
                .isInstanceOf(MachineException.NotCustomised.class);
        assertThat(machines.history(PLANS).list()).isEmpty();
        assertThat(machines.customisations(PLANS).isThere()).isFalse();
    }

    @Test
    void morePathsThanAGuestCanBeToldAreRefusedWhole() throws IOException {
        customised();
        String one = "/" + "a".repeat(600);
        machines.history(PLANS).resetCustomisations(List.of(one));
        Head before = head();
        assertThatThrownBy(() -> machines.history(PLANS).resetCustomisations(List.of(one + "b")))
                .isInstanceOf(MachineException.TooManyPaths.class);
        assertThat(head()).isEqualTo(before);
    }

    @Test
    void aReleaseThatWouldNotFindTheHomeIsRefused() throws IOException {
        machines.create(PLANS, release("1", LINE), Network.NONE);
        Digest old = release("0", "ro quiet").id();
        assertThatThrownBy(() -> machines.update(PLANS, old, UnsavedWork.REFUSE))
                .isInstanceOf(MachineException.ReleaseUnfit.class);
        MachineName older = new MachineName("older");
        machines.create(older, machines.appliances().find(old), Network.NONE);
        machines.update(older, release("2", LINE).id(), UnsavedWork.REFUSE);
        // Its disk is still laid out as the old release knows it.
        machines.rollback(older, UnsavedWork.REFUSE);
        machines.rollback(older, UnsavedWork.REFUSE);
        MachineFolder files = machines.files(older);
        files.readHead().with(Optional.of(Customised.KEPT)).write(files.head());
        assertThatThrownBy(() -> machines.rollback(older, UnsavedWork.REFUSE))
                .isInstanceOf(MachineException.ReleaseUnfit.class);
    }

    @Test
    void whatTheGuestSaidIsForgottenWhenItsDiskIsPutBack() throws IOException {
        customised();
        machines.files(PLANS).changes().write("changes 1\nmode kept\nadded /etc/a 1\nend\n");
        assertThat(machines.customisations(PLANS).changes().orElseThrow().files()).hasSize(1);
        machines.history(PLANS).keep(Optional.empty());
        machines.history(PLANS).restore(1);
        assertThat(machines.customisations(PLANS).isThere()).isTrue();
        assertThat(machines.customisations(PLANS).changes()).isEmpty();
    }
}
