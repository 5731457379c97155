// What Swift's Glibc module leaves out. Prototypes are written here rather than asked for with
// _GNU_SOURCE, which would change the meaning of headers that the Glibc module already imported.
#ifndef CLINUX_SHIM_H
#define CLINUX_SHIM_H

#include <linux/stat.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

int statx(int directory, const char *path, int flags, unsigned int mask, struct statx *status);
int accept4(int descriptor, struct sockaddr *address, socklen_t *length, int flags);

// EPOLLET is 1u << 31, beyond what the enum of the other flags is imported as.
static const unsigned int cashin_epoll_edge_triggered = EPOLLET;

#endif
