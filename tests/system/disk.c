/* A disk that fails, and one whose every move is written down: preloaded into the service, around the C library.
 *
 * DISK_FOLDER   the folder whose files are watched
 * DISK_TRACE    a file to which each write, cut and sync of such a file is appended, and all that is sent to clients
 * DISK_FAULT    a file whose first byte says what fails: 'f' all writes (no space), 's' all syncs (input/output error)
 *
 * A record of the trace is: kind (1 byte: W write, T truncate, S sync, N network), file (1 byte: d database, w log,
 * o other), offset (8 bytes), length (4 bytes), all as this machine has them, and for W and N the bytes. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;
static int trace = -2;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static ssize_t plain_write(int fd, const void *bytes, size_t length) {
  static __typeof__(&write) real;
  if (!real) real = REAL(write);
  return real(fd, bytes, length);
}

/* Which of the watched files this is; 0 for any other. */
static char watched(int fd) {
  const char *folder = getenv("DISK_FOLDER");
  char link[64], path[PATH_MAX];
  if (!folder) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  if (strncmp(path, folder, strlen(folder)) != 0) return 0;
  if (length > 4 && strcmp(path + length - 4, "-wal") == 0) return 'w';
  if (length > 3 && strcmp(path + length - 3, ".db") == 0) return 'd';
  return 'o';
}

static int is_socket(int fd) {
  struct stat about;
  return fstat(fd, &about) == 0 && S_ISSOCK(about.st_mode);
}

static char fault(void) {
  const char *path = getenv("DISK_FAULT");
  char mode = 0;
  if (!path) return 0;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  if (read(fd, &mode, 1) != 1) mode = 0;
  close(fd);
  return mode;
}

/* To be called with the order held. */
static void note(char kind, char file, uint64_t offset, uint32_t length, const void *bytes) {
  if (trace == -2) {
    const char *path = getenv("DISK_TRACE");
    trace = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
  }
  if (trace < 0) return;
  char head[14] = {kind, file};
  memcpy(head + 2, &offset, 8);
  memcpy(head + 10, &length, 4);
  plain_write(trace, head, sizeof head);
  if (bytes) plain_write(trace, bytes, length);
}

static int fails(char file, char kind) {
  if (!file || fault() != kind) return 0;
  errno = kind == 'f' ? ENOSPC : EIO;
  return 1;
}

ssize_t write(int fd, const void *bytes, size_t length) {
  char file = watched(fd);
  if (!file && !is_socket(fd)) return plain_write(fd, bytes, length);
  if (fails(file, 'f')) return -1;
  pthread_mutex_lock(&order);
  off_t offset = file ? lseek(fd, 0, SEEK_CUR) : 0;
  if (!file) note('N', 'n', 0, length, bytes);
  ssize_t written = plain_write(fd, bytes, length);
  if (file && written > 0) note('W', file, offset, written, bytes);
  pthread_mutex_unlock(&order);
  return written;
}

#define PWRITE(name, type)                                                \
  ssize_t name(int fd, const void *bytes, size_t length, type offset) {   \
    char file = watched(fd);                                              \
    if (!file) return REAL(name)(fd, bytes, length, offset);              \
    if (fails(file, 'f')) return -1;                                      \
    pthread_mutex_lock(&order);                                           \
    ssize_t written = REAL(name)(fd, bytes, length, offset);              \
    if (written > 0) note('W', file, offset, written, bytes);             \
    pthread_mutex_unlock(&order);                                         \
    return written;                                                       \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define TRUNCATE(name, type)                                              \
  int name(int fd, type length) {                                         \
    char file = watched(fd);                                              \
    if (!file) return REAL(name)(fd, length);                             \
    pthread_mutex_lock(&order);                                           \
    int outcome = REAL(name)(fd, length);                                 \
    if (outcome == 0) note('T', file, length, 0, NULL);                   \
    pthread_mutex_unlock(&order);                                         \
    return outcome;                                                       \
  }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC(name)                                                        \
  int name(int fd) {                                                      \
    char file = watched(fd);                                              \
    if (!file) return REAL(name)(fd);                                     \
    if (fails(file, 's')) return -1;                                      \
    pthread_mutex_lock(&order);                                           \
    int outcome = REAL(name)(fd);                                         \
    if (outcome == 0) note('S', file, 0, 0, NULL);                        \
    pthread_mutex_unlock(&order);                                         \
    return outcome;                                                       \
  }
SYNC(fsync)
SYNC(fdatasync)

/* What is on its way to a client counts as told. */
ssize_t send(int fd, const void *bytes, size_t length, int flags) {
  pthread_mutex_lock(&order);
  note('N', 'n', 0, length, bytes);
  pthread_mutex_unlock(&order);
  return REAL(send)(fd, bytes, length, flags);
}

static void note_parts(const struct iovec *parts, int count) {
  pthread_mutex_lock(&order);
  size_t length = 0;
  for (int at = 0; at < count; at++) length += parts[at].iov_len;
  char *whole = malloc(length + 1);
  size_t end = 0;
  for (int at = 0; whole && at < count; end += parts[at++].iov_len) memcpy(whole + end, parts[at].iov_base, parts[at].iov_len);
  if (whole) note('N', 'n', 0, length, whole);
  free(whole);
  pthread_mutex_unlock(&order);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (is_socket(fd)) note_parts(parts, count);
  return REAL(writev)(fd, parts, count);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  note_parts(message->msg_iov, message->msg_iovlen);
  return REAL(sendmsg)(fd, message, flags);
}
