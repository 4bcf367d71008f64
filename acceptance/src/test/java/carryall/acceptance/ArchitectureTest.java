package carryall.acceptance;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/// What ARCHITECTURE.md and CONTRIBUTING.md say of the shape of the code.
@AnalyzeClasses(packages = "carryall", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    @ArchTest
    static final ArchRule eachModuleUsesOnlyEarlierOnes =
            layeredArchitecture()
                    .consideringOnlyDependenciesInLayers()
                    .layer("json")
                    .definedBy("carryall.json..")
                    .layer("crypto")
                    .definedBy("carryall.crypto..")
                    .layer("libc")
                    .definedBy("carryall.libc..")
                    .layer("transport")
                    .definedBy("carryall.transport..")
                    .layer("hypervisor")
                    .definedBy("carryall.hypervisor..")
                    .layer("chunk")
                    .definedBy("carryall.chunk..")
                    .layer("block")
                    .definedBy("carryall.block..")
                    .layer("folder")
                    .definedBy("carryall.folder..")
                    .layer("appliance")
                    .definedBy("carryall.appliance..")
                    .layer("release")
                    .definedBy("carryall.release..")
                    .layer("machine")
                    .definedBy("carryall.machine..")
                    .layer("home")
                    .definedBy("carryall.home..")
                    .layer("recipe")
                    .definedBy("carryall.recipe..")
                    .layer("cli")
                    .definedBy("carryall.cli..")
                    .whereLayer("cli")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("recipe")
                    .mayOnlyBeAccessedByLayers("cli")
                    .whereLayer("home")
                    .mayOnlyBeAccessedByLayers("cli")
                    .whereLayer("machine")
                    .mayOnlyBeAccessedByLayers("home", "recipe", "cli")
                    .whereLayer("appliance")
                    .mayOnlyBeAccessedByLayers("release", "machine", "home", "recipe", "cli")
                    .whereLayer("chunk")
                    .mayOnlyBeAccessedByLayers(
                            "appliance", "release", "machine", "home", "recipe", "cli")
                    .whereLayer("block")
                    .mayOnlyBeAccessedByLayers(
                            "appliance", "release", "machine", "home", "recipe", "cli")
                    .whereLayer("block")
                    .mayOnlyAccessLayers("libc")
                    .whereLayer("libc")
                    .mayOnlyBeAccessedByLayers("block", "folder")
                    .whereLayer("folder")
                    .mayOnlyAccessLayers("libc")
                    .whereLayer("folder")
                    .mayOnlyBeAccessedByLayers("machine", "cli")
                    .whereLayer("libc")
                    .mayNotAccessAnyLayer()
                    .whereLayer("release")
                    .mayOnlyBeAccessedByLayers("machine", "home", "recipe", "cli")
                    .whereLayer("transport")
                    .mayOnlyBeAccessedByLayers("release", "machine", "home", "recipe", "cli")
                    .whereLayer("hypervisor")
                    .mayOnlyBeAccessedByLayers(
                            "appliance", "release", "machine", "home", "recipe", "cli")
                    .whereLayer("crypto")
                    .mayOnlyAccessLayers("json")
                    .whereLayer("json")
                    .mayNotAccessAnyLayer();

    @ArchTest
    static final ArchRule noCycles = slices().matching("carryall.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule namesAreWordsOfTheWorld =
            noClasses()
                    .should()
                    .haveNameMatching(
                            ".*(Manager|Utils?|Helper|Impl|Abstract|Common|Misc|Constants)");

    @ArchTest
    static final ArchRule onlyCommandsPrint =
            noClasses()
                    .that()
                    .resideOutsideOfPackages("carryall.cli..", "carryall.bench..")
                    .should()
                    .accessField(System.class, "out")
                    .orShould()
                    .accessField(System.class, "err");

    @ArchTest
    static final ArchRule benchmarksKnowTheCommandAndNotWhatIsBehindIt =
            noClasses()
                    .that()
                    .resideInAPackage("carryall.bench..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "carryall.hypervisor..",
                            "carryall.machine..",
                            "carryall.recipe..",
                            "carryall.cli..");
}
