/* The negative control of the budgets: a function that does a little too much for each line it writes, so for each event. */
#define _GNU_SOURCE
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

ssize_t write(int file, const void *bytes, size_t length) {
  volatile unsigned waste = 0;
  for (int round = 0; round < 10000; round++) waste += round;
  return syscall(SYS_write, file, bytes, length);
}
