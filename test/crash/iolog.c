/*
 * Stands between a process and the C library (LD_PRELOAD, Linux with glibc) for every file below one directory: writes down what
 * happens to the files, and lets the n-th operation fail. Compiled and told what to do by shim.ts.
 *
 * Commands arrive as files that are opened for reading, so that any language can give them; the content of the "file" is the answer,
 * "<operations counted> <operations failed>":
 *
 *   /cooperage-iolog/root/<directory>          watch files below this directory
 *   /cooperage-iolog/log/<file>                write operations down in this file
 *   /cooperage-iolog/mark/<text>               write a mark down
 *   /cooperage-iolog/fail/<kinds>,<n>,<times>,<errno>,<short>
 *                                              count operations of these kinds (bits, see below) from now on, and let the n-th and
 *                                              all up to n + times - 1 fail; with short, the n-th, if a write, writes half of its
 *                                              bytes, and what follows fails
 *   /cooperage-iolog/stop                      let nothing fail any more
 *
 * A record of the log is a head (struct head) and `length` bytes of payload.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { OPENED = 1, CLOSED, WRITTEN, TRUNCATED, SYNCED, UNLINKED, RENAMED, MARKED };
enum { OPEN = 1, READ = 2, WRITE = 4, TRUNCATE = 8, SYNC = 16, UNLINK = 32, RENAME = 64, MAP = 128, LOCK = 256, MEMORY = 512 };

struct head { uint32_t kind; int32_t fd; uint64_t offset; uint32_t length; uint32_t unused; };

#define COMMANDS "/cooperage-iolog/"
#define MOST_FILES 4096

static char root[4096];
static int log_file = -1;
static unsigned char watched[MOST_FILES];
static unsigned failing_kinds;
static long counted, failed, first, times;
static int failing_errno, shortened;
static uintptr_t sqlite_start, sqlite_end;

#define REAL(name) \
  static __typeof__(name) *real; \
  if (real == NULL) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

static int is_watched(int fd) { return fd >= 0 && fd < MOST_FILES && watched[fd]; }

static int is_below_root(const char *path) {
  size_t length = strlen(root);
  return length > 0 && strncmp(path, root, length) == 0 && (path[length] == '/' || path[length] == 0);
}

static void record(uint32_t kind, int fd, uint64_t offset, const void *data, size_t length) {
  if (log_file < 0) return;
  int saved = errno;
  struct head head = { kind, fd, offset, (uint32_t)length, 0 };
  struct iovec parts[2] = { { &head, sizeof head }, { (void *)data, length } };
  if (writev(log_file, parts, 2) != (ssize_t)(sizeof head + length)) abort();
  errno = saved;
}

/* Whether this operation is to fail; errno then says how. */
static int fails(unsigned kind) {
  if ((failing_kinds & kind) == 0) return 0;
  counted += 1;
  if (counted < first || counted - first >= times) return 0;
  failed += 1;
  errno = failing_errno;
  return 1;
}

/* SQLite is the one whose memory runs out: its module is known by the package that it lies in, whichever build is loaded. */
static int find_sqlite(struct dl_phdr_info *info, size_t size, void *data) {
  (void)size; (void)data;
  if (strstr(info->dlpi_name, "better-sqlite3") == NULL || strstr(info->dlpi_name, ".node") == NULL) return 0;
  for (int i = 0; i < info->dlpi_phnum; i += 1) {
    const ElfW(Phdr) *part = &info->dlpi_phdr[i];
    if (part->p_type != PT_LOAD || (part->p_flags & PF_X) == 0) continue;
    sqlite_start = info->dlpi_addr + part->p_vaddr;
    sqlite_end = sqlite_start + part->p_memsz;
  }
  return 1;
}

static int obey(const char *command) {
  char answer[64];
  if (strncmp(command, "root/", 5) == 0) snprintf(root, sizeof root, "%s", command + 4);
  else if (strncmp(command, "mark/", 5) == 0) record(MARKED, -1, 0, command + 5, strlen(command + 5));
  else if (strncmp(command, "log/", 4) == 0) {
    failing_kinds = 0;
    log_file = open(command + 3, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  } else if (strncmp(command, "fail/", 5) == 0) {
    unsigned kinds;
    if (sscanf(command + 5, "%u,%ld,%ld,%d,%d", &kinds, &first, &times, &failing_errno, &shortened) != 5) abort();
    if ((kinds & MEMORY) != 0) dl_iterate_phdr(find_sqlite, NULL);
    counted = failed = 0;
    failing_kinds = kinds;
  } else if (strcmp(command, "stop") == 0) failing_kinds = 0;
  int length = snprintf(answer, sizeof answer, "%ld %ld", counted, failed);
  int fd = memfd_create("iolog", MFD_CLOEXEC);
  if (fd < 0 || write(fd, answer, (size_t)length) != length) abort();
  lseek(fd, 0, SEEK_SET);
  return fd;
}

static int opened(int fd, const char *path, int flags) {
  if (fd < 0 || fd >= MOST_FILES || !is_below_root(path)) return fd;
  watched[fd] = 1;
  record(OPENED, fd, (uint64_t)flags, path, strlen(path));
  return fd;
}

#define OPEN_LIKE(name) \
  int name(const char *path, int flags, ...) { \
    REAL(name); \
    mode_t mode = 0; \
    if ((flags & (O_CREAT | O_TMPFILE)) != 0) { \
      va_list rest; \
      va_start(rest, flags); \
      mode = va_arg(rest, mode_t); \
      va_end(rest); \
    } \
    if (strncmp(path, COMMANDS, strlen(COMMANDS)) == 0) return obey(path + strlen(COMMANDS)); \
    if (is_below_root(path) && fails(OPEN)) return -1; \
    return opened(real(path, flags, mode), path, flags); \
  }
OPEN_LIKE(open)
OPEN_LIKE(open64)

int close(int fd) {
  REAL(close);
  if (is_watched(fd)) {
    watched[fd] = 0;
    record(CLOSED, fd, 0, NULL, 0);
  }
  return real(fd);
}

#define READ_LIKE(name, offset_type) \
  ssize_t name(int fd, void *data, size_t length, offset_type offset) { \
    REAL(name); \
    if (is_watched(fd) && fails(READ)) return -1; \
    return real(fd, data, length, offset); \
  }
READ_LIKE(pread, off_t)
READ_LIKE(pread64, off64_t)

#define WRITE_LIKE(name, offset_type) \
  ssize_t name(int fd, const void *data, size_t length, offset_type offset) { \
    REAL(name); \
    if (!is_watched(fd)) return real(fd, data, length, offset); \
    if (fails(WRITE)) { \
      if (!shortened || counted != first || length < 2) return -1; \
      length /= 2; \
      times += 1; \
    } \
    ssize_t written = real(fd, data, length, offset); \
    if (written > 0) record(WRITTEN, fd, (uint64_t)offset, data, (size_t)written); \
    return written; \
  }
WRITE_LIKE(pwrite, off_t)
WRITE_LIKE(pwrite64, off64_t)

/* Nothing that we watch writes without an offset; if something does some day, the log must not miss it in silence. */
ssize_t write(int fd, const void *data, size_t length) {
  REAL(write);
  if (is_watched(fd) && log_file >= 0) abort();
  return real(fd, data, length);
}

#define TRUNCATE_LIKE(name, offset_type) \
  int name(int fd, offset_type size) { \
    REAL(name); \
    if (is_watched(fd) && fails(TRUNCATE)) return -1; \
    int result = real(fd, size); \
    if (result == 0 && is_watched(fd)) record(TRUNCATED, fd, (uint64_t)size, NULL, 0); \
    return result; \
  }
TRUNCATE_LIKE(ftruncate, off_t)
TRUNCATE_LIKE(ftruncate64, off64_t)

#define SYNC_LIKE(name) \
  int name(int fd) { \
    REAL(name); \
    if (is_watched(fd) && fails(SYNC)) return -1; \
    int result = real(fd); \
    if (result == 0 && is_watched(fd)) record(SYNCED, fd, 0, NULL, 0); \
    return result; \
  }
SYNC_LIKE(fsync)
SYNC_LIKE(fdatasync)

int unlink(const char *path) {
  REAL(unlink);
  if (is_below_root(path) && fails(UNLINK)) return -1;
  int result = real(path);
  if (result == 0 && is_below_root(path)) record(UNLINKED, -1, 0, path, strlen(path));
  return result;
}

int rename(const char *from, const char *to) {
  REAL(rename);
  if (is_below_root(to) && fails(RENAME)) return -1;
  int result = real(from, to);
  if (result == 0 && is_below_root(to)) {
    char both[8192];
    int length = snprintf(both, sizeof both, "%s\n%s", from, to);
    record(RENAMED, -1, 0, both, (size_t)length);
  }
  return result;
}

#define MAP_LIKE(name, offset_type) \
  void *name(void *address, size_t length, int protection, int flags, int fd, offset_type offset) { \
    REAL(name); \
    if (is_watched(fd) && fails(MAP)) return MAP_FAILED; \
    return real(address, length, protection, flags, fd, offset); \
  }
MAP_LIKE(mmap, off_t)
MAP_LIKE(mmap64, off64_t)

#define LOCK_LIKE(name) \
  int name(int fd, int command, ...) { \
    REAL(name); \
    va_list rest; \
    va_start(rest, command); \
    void *argument = va_arg(rest, void *); \
    va_end(rest); \
    /* Letting go of a lock cannot fail. */ \
    int takes = command == F_SETLK && argument != NULL && ((struct flock *)argument)->l_type != F_UNLCK; \
    if (takes && is_watched(fd) && fails(LOCK)) return -1; \
    return real(fd, command, argument); \
  }
LOCK_LIKE(fcntl)
LOCK_LIKE(fcntl64)

/* Whoever waits for a lock that will never be free need not wait in real time. */
int nanosleep(const struct timespec *wanted, struct timespec *left) {
  REAL(nanosleep);
  return failing_kinds != 0 ? 0 : real(wanted, left);
}

extern void *__libc_malloc(size_t);
extern void *__libc_realloc(void *, size_t);

static int out_of_memory(void *caller) {
  if ((failing_kinds & MEMORY) == 0) return 0;
  uintptr_t at = (uintptr_t)caller;
  return at >= sqlite_start && at < sqlite_end && fails(MEMORY);
}

void *malloc(size_t size) { return out_of_memory(__builtin_return_address(0)) ? NULL : __libc_malloc(size); }

void *realloc(void *block, size_t size) {
  return out_of_memory(__builtin_return_address(0)) ? NULL : __libc_realloc(block, size);
}
