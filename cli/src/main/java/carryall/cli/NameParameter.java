package carryall.cli;

import carryall.machine.MachineName;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads a machine's name from the command line.
final class NameParameter implements ITypeConverter<MachineName> {
    @Override
    public MachineName convert(String text) {
        try {
            return new MachineName(text);
        } catch (IllegalArgumentException wrong) {
            throw new TypeConversionException(String.valueOf(wrong.getMessage()));
        }
    }
}
