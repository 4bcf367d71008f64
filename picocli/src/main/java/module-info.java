/// The command line parser picocli, compiled again from its published sources for this JDK.
module info.picocli {
    requires static java.sql;

    exports picocli;

    opens picocli;
}
