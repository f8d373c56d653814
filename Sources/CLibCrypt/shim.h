#ifndef MEDMITRA_CLIBCRYPT_H
#define MEDMITRA_CLIBCRYPT_H
#include <crypt.h>
#include <sys/resource.h>
#include <unistd.h>

/* Lowers the priority of the calling thread alone (on Linux "process 0" is the thread), which Swift's Glibc overlay
   spells differently from release to release. */
static inline int medmitra_yield_to_other_threads(void) { return setpriority(PRIO_PROCESS, 0, 10); }
/* Cores that are on line; at least one. */
static inline long medmitra_core_count(void) {
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : count;
}
#endif
