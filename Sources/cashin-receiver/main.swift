import Glibc
import Receiver

exit(Program.main(Array(CommandLine.arguments.dropFirst())))
