import Commands
import Glibc
import Receiver

exit(Program.main(.receiver))
