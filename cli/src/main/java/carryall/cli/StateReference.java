package carryall.cli;

import carryall.machine.MachineName;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// A state of a machine as people write it: `NAME@n`.
record StateReference(MachineName name, int number) {
    /// Stands in a verb's field until the words are read.
    static final StateReference UNNAMED = new StateReference(Verbs.UNNAMED, 1);

    /// Reads one from the command line.
    static final class Parameter implements ITypeConverter<StateReference> {
        @Override
        public StateReference convert(String text) {
            int at = text.indexOf('@');
            if (at < 0 || !text.substring(at + 1).matches("[1-9][0-9]{0,8}")) {
                throw new TypeConversionException("'" + text + "' is no state, such as librecad@3");
            }
            return new StateReference(
                    new NameParameter().convert(text.substring(0, at)),
                    Integer.parseInt(text.substring(at + 1)));
        }
    }
}
