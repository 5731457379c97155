import Commands
import Glibc
import Simulator

exit(Program.simulator.main(Array(CommandLine.arguments.dropFirst())))
