/* bare BYTES CONNECTIONS RATE MESSAGES: writes MESSAGES messages of BYTES to CONNECTIONS sockets, RATE a second, from one thread with epoll.
   Prints its port at first and "done" when all is written, and waits to be killed. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

struct viewer { int fd; size_t owed, at; };

/* Writes what is owed until the socket is full. */
static void serve(struct viewer *v, const char *data, size_t size) {
    while (v->owed) {
        size_t rest = size - v->at;
        ssize_t n = write(v->fd, data + v->at, v->owed < rest ? v->owed : rest);
        if (n < 0) return;
        v->owed -= n;
        v->at = (v->at + n) % size;
    }
}

int main(int argc, char **argv) {
    if (argc != 5) return 2;
    size_t size = strtoul(argv[1], 0, 10), count = strtoul(argv[2], 0, 10), messages = strtoul(argv[4], 0, 10);
    double interval = 1.0 / atof(argv[3]);
    char *data = calloc(1, size);
    struct viewer *viewers = calloc(count, sizeof *viewers);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1, epoll = epoll_create1(0);
    if (bind(listener, (void *)&address, sizeof address) || listen(listener, 1024)) return 1;
    getsockname(listener, (void *)&address, &length);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (size_t i = 0; i < count; i++) {
        viewers[i].fd = accept4(listener, 0, 0, SOCK_NONBLOCK);
        setsockopt(viewers[i].fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        struct epoll_event event = {.events = EPOLLOUT | EPOLLET, .data.u64 = i};
        epoll_ctl(epoll, EPOLL_CTL_ADD, viewers[i].fd, &event);
    }
    double next = now();
    size_t sent = 0;
    struct epoll_event events[256];
    for (;;) {
        if (sent < messages && now() >= next) {
            sent++;
            next += interval;
            for (size_t i = 0; i < count; i++) {
                viewers[i].owed += size;
                serve(&viewers[i], data, size);
            }
        }
        if (sent == messages) {
            size_t owed = 0;
            for (size_t i = 0; i < count; i++) owed += viewers[i].owed;
            if (!owed) break;
        }
        int wait = sent < messages ? (int)((next - now()) * 1000) : 100;
        int ready = epoll_wait(epoll, events, 256, wait < 0 ? 0 : wait);
        for (int e = 0; e < ready; e++) serve(&viewers[events[e].data.u64], data, size);
    }
    puts("done");
    fflush(stdout);
    pause();
}
