import Commands
import Glibc
import Simulator

exit(Program.main(.simulator))
