package carryall.folder;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/// Answers the messages of one client, one after the other: ONC RPC, RFC 5531, section 9. Who asks
/// for much while it does not read waits.
final class RpcConversation {
    private static final int CALL = 0;
    private static final int REPLY = 1;
    private static final int RPC_VERSION = 2;
    private static final int ACCEPTED = 0;
    private static final int DENIED = 1;
    private static final int SUCCESS = 0;
    private static final int PROGRAM_UNKNOWN = 1;
    private static final int PROGRAM_MISMATCH = 2;
    private static final int PROCEDURE_UNKNOWN = 3;
    private static final int GARBAGE_ARGUMENTS = 4;
    private static final int SYSTEM_ERROR = 5;
    private static final int RPC_MISMATCH = 0;
    private static final int AUTH_ERROR = 1;
    private static final int AUTH_REJECTED = 2;
    private static final int AUTH_NONE = 0;
    private static final int AUTH_SYS = 1;
    private static final int MOST_AUTH_BYTES = 400;

    private final RpcRecord records;
    private final List<RpcProgram> programs;
    private final Replies replies;
    private final XdrOutput out = new XdrOutput();

    RpcConversation(RpcRecord records, List<RpcProgram> programs, Replies replies) {
        this.records = records;
        this.programs = List.copyOf(programs);
        this.replies = replies;
    }

    /// Waits for a message and answers it.
    ///
    /// @throws IOException if the client left, or says what no client says
    void next() throws IOException {
        ByteBuffer message = records.read();
        XdrInput in = new XdrInput(message.duplicate());
        out.clear();
        out.putInt(0).putInt(in.nextInt());
        if (in.nextInt() != CALL) {
            throw new ProtocolException("not a call");
        }
        out.putInt(REPLY);
        answer(message, in);
        records.write(out);
    }

    private void answer(ByteBuffer message, XdrInput in) throws IOException {
        if (in.nextInt() != RPC_VERSION) {
            out.putInt(DENIED).putInt(RPC_MISMATCH).putInt(RPC_VERSION).putInt(RPC_VERSION);
            return;
        }
        int number = in.nextInt();
        int version = in.nextInt();
        int procedure = in.nextInt();
        int credential = in.nextInt();
        in.nextOpaque(MOST_AUTH_BYTES);
        in.nextInt();
        in.nextOpaque(MOST_AUTH_BYTES);
        // Whoever has this connection is the guest; what it says of its users does not matter.
        if (credential != AUTH_NONE && credential != AUTH_SYS) {
            out.putInt(DENIED).putInt(AUTH_ERROR).putInt(AUTH_REJECTED);
            return;
        }
        out.putInt(ACCEPTED).putInt(AUTH_NONE).putInt(0);
        Optional<RpcProgram> program =
                programs.stream().filter(known -> known.number() == number).findFirst();
        if (program.isEmpty()) {
            out.putInt(PROGRAM_UNKNOWN);
        } else if (version != RpcProgram.VERSION) {
            out.putInt(PROGRAM_MISMATCH).putInt(RpcProgram.VERSION).putInt(RpcProgram.VERSION);
        } else if (procedure < 0 || procedure >= program.get().procedures()) {
            out.putInt(PROCEDURE_UNKNOWN);
        } else if (program.get().changes(procedure)) {
            replies.once(message, out, () -> run(program.get(), procedure, in));
        } else {
            run(program.get(), procedure, in);
        }
    }

    private void run(RpcProgram program, int procedure, XdrInput in) throws IOException {
        int start = out.position();
        try {
            program.answer(procedure, in, out.putInt(SUCCESS));
        } catch (ProtocolException malformed) {
            out.position(start);
            out.putInt(GARBAGE_ARGUMENTS);
        } catch (RuntimeException ownMistake) {
            // It is the end of this request, and not of the guest's folders.
            out.position(start);
            out.putInt(SYSTEM_ERROR);
        }
    }
}
