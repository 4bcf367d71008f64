package carryall.cli;

import carryall.release.Reference;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads a reference from the command line.
final class ReferenceParameter implements ITypeConverter<Reference> {
    /// Stands in a verb's field until the words are read.
    static final Reference UNREAD = Reference.parse("./shelf/app");

    @Override
    public Reference convert(String text) {
        try {
            return Reference.parse(text);
        } catch (IllegalArgumentException wrong) {
            throw new TypeConversionException(String.valueOf(wrong.getMessage()));
        }
    }
}
