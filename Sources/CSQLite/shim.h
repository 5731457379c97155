#ifndef CSQLITE_SHIM_H
#define CSQLITE_SHIM_H

#include <sqlite3.h>

// `sqlite3_config` is variadic, which Swift cannot call.
static inline int sqlite3_config_memstatus(int isEnabled) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, isEnabled);
}

// `sqlite3_db_config` is variadic, too.
static inline int sqlite3_db_config_checkpoint_on_close(sqlite3 *connection, int isEnabled) {
    return sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !isEnabled, (int *)0);
}

#endif
