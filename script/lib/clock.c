/* A wall clock that the file CLOCK_FILE moves, for every process that preloads this. The file holds two numbers of
 * nanoseconds: by how much the clock is shifted, and the moment at which it stands still, or 0 while it goes.
 *
 * Only CLOCK_REALTIME moves. CLOCK_MONOTONIC stays true, so that pauses take as long as they take; what waits until a
 * moment of the wall clock is told the true moment.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL
/* Moments of the wall clock are beyond this; a shorter one counts from the start of the machine. */
#define LONG_AGO 1000000000LL

static const volatile int64_t *state;
static const int64_t unmoved[2] = {0, 0};

static int real_gettime(clockid_t clock, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real)
        real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    return real ? real(clock, now) : (int)syscall(SYS_clock_gettime, clock, now);
}

static int64_t shifted_by(void) {
    if (!state) {
        const char *name = getenv("CLOCK_FILE");
        int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
        void *shared = MAP_FAILED;
        if (file >= 0) {
            shared = mmap(NULL, sizeof unmoved, PROT_READ, MAP_SHARED, file, 0);
            close(file);
        }
        state = shared == MAP_FAILED ? unmoved : shared;
    }
    int64_t stands_at = state[1];
    if (!stands_at)
        return state[0];
    struct timespec now;
    real_gettime(CLOCK_REALTIME, &now);
    return stands_at - ((int64_t)now.tv_sec * SECOND + now.tv_nsec);
}

static struct timespec moved(struct timespec moment, int64_t by) {
    int64_t sum = (int64_t)moment.tv_sec * SECOND + moment.tv_nsec + by;
    return (struct timespec){.tv_sec = sum / SECOND, .tv_nsec = sum % SECOND};
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int failed = real_gettime(clock, now);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        *now = moved(*now, shifted_by());
    return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec moment;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &moment);
    if (now)
        *now = (struct timeval){.tv_sec = moment.tv_sec, .tv_usec = moment.tv_nsec / 1000};
    return 0;
}

time_t time(time_t *now) {
    struct timespec moment;
    clock_gettime(CLOCK_REALTIME, &moment);
    if (now)
        *now = moment.tv_sec;
    return moment.tv_sec;
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict until) {
    static int (*real)(sem_t *, const struct timespec *);
    if (!real)
        real = (int (*)(sem_t *, const struct timespec *))dlsym(RTLD_NEXT, "sem_timedwait");
    struct timespec truly = moved(*until, -shifted_by());
    return real(semaphore, &truly);
}

int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict until) {
    static int (*real)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
    if (!real)
        real = (int (*)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *))dlsym(
            RTLD_NEXT, "pthread_cond_timedwait");
    struct timespec truly = until->tv_sec > LONG_AGO ? moved(*until, -shifted_by()) : *until;
    return real(condition, mutex, &truly);
}
