/* bare_files FILE...: answers GET of each file's name with its bytes, over HTTP/1.1 with connections that are kept, from one thread with epoll, out of
   memory. The least that a server of segments can do. Prints its port and waits to be killed. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

struct file { const char *name; char head[256]; size_t head_size, size; char *data; };
struct client { int fd; char request[4096]; size_t got; const struct file *file; size_t sent; };

static struct file *files;
static int count;

static int load(struct file *file, const char *path) {
    FILE *from = fopen(path, "rb");
    if (!from || fseek(from, 0, SEEK_END)) return 0;
    file->size = ftell(from);
    rewind(from);
    file->data = malloc(file->size);
    if (fread(file->data, 1, file->size, from) != file->size) return 0;
    fclose(from);
    const char *slash = strrchr(path, '/');
    file->name = slash ? slash + 1 : path;
    file->head_size = snprintf(file->head, sizeof file->head,
        "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nCache-Control: public, max-age=3600, immutable\r\nContent-Length: %zu\r\n\r\n", file->size);
    return 1;
}

/* Writes what is left of the answer; 0 where the connection has ended. */
static int answer(struct client *c) {
    while (c->file) {
        const struct file *file = c->file;
        size_t head = c->sent < file->head_size ? c->sent : file->head_size, body = c->sent - head;
        struct iovec pieces[2] = {{(char *)file->head + head, file->head_size - head}, {file->data + body, file->size - body}};
        ssize_t n = writev(c->fd, pieces, 2);
        if (n < 0) return 1;
        c->sent += n;
        if (c->sent == file->head_size + file->size) c->file = 0;
    }
    return 1;
}

/* Reads a request, unless one is being answered. */
static int ask(struct client *c) {
    while (!c->file) {
        ssize_t n = read(c->fd, c->request + c->got, sizeof c->request - 1 - c->got);
        if (n == 0) return 0;
        if (n < 0) return 1;
        c->got += n;
        c->request[c->got] = 0;
        if (!strstr(c->request, "\r\n\r\n")) continue;
        c->got = 0;
        char *space = strchr(c->request + 4, ' ');
        if (strncmp(c->request, "GET ", 4) || !space) return 0;
        *space = 0;
        const char *name = strrchr(c->request, '/') + 1;
        for (int i = 0; i < count; i++)
            if (!strcmp(files[i].name, name)) c->file = &files[i];
        if (!c->file) return 0;
        c->sent = 0;
        answer(c);
    }
    return 1;
}

int main(int argc, char **argv) {
    count = argc - 1;
    files = calloc(argc, sizeof *files);
    for (int i = 0; i < count; i++)
        if (!load(&files[i], argv[i + 1])) return 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1, epoll = epoll_create1(0);
    if (bind(listener, (void *)&address, sizeof address) || listen(listener, 1024)) return 1;
    getsockname(listener, (void *)&address, &length);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = 0}, events[256];
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        int ready = epoll_wait(epoll, events, 256, -1);
        for (int e = 0; e < ready; e++) {
            struct client *c = events[e].data.ptr;
            if (!c) {
                c = calloc(1, sizeof *c);
                c->fd = accept4(listener, 0, 0, SOCK_NONBLOCK);
                setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                struct epoll_event added = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c};
                epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &added);
            } else if (!answer(c) || !ask(c)) {
                close(c->fd);
                free(c);
            }
        }
    }
}
