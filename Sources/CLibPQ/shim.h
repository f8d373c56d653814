#ifndef MEDMITRA_CLIBPQ_H
#define MEDMITRA_CLIBPQ_H
#include <libpq-fe.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

/* Swift does not import variadic functions. */
static inline void medmitra_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }
#endif
