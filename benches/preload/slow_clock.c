/* Lets a function under callgrind believe that it runs at its usual speed.
 *
 * Callgrind makes a program some fifty times slower, and the functions' own time limits (300 ms for a read) would be
 * reached by work that takes five. Their monotonic clock therefore runs fifty times slower here; the wall clock does not.
 */
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *now) {
  static long long first;
  int failed = (int)syscall(SYS_clock_gettime, clock, now);
  if (failed || clock != CLOCK_MONOTONIC) return failed;
  long long nanoseconds = now->tv_sec * 1000000000LL + now->tv_nsec;
  if (!first) first = nanoseconds;
  nanoseconds = first + (nanoseconds - first) / 50;
  now->tv_sec = nanoseconds / 1000000000LL;
  now->tv_nsec = nanoseconds % 1000000000LL;
  return 0;
}
