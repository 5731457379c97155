import Commands
import Glibc
import Receiver

exit(Program.receiver.main(Array(CommandLine.arguments.dropFirst())))
