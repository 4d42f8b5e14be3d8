/*
 * Sends raw Ethernet frames: what no well-behaved program sends. Reads frames as hexadecimal text
 * from standard input, one a line, and sends each through a device; again and again, if it is told
 * so, at no more than so many a second.
 *
 * send-frames DEVICE [ROUNDS RATE] < FRAMES
 */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define MAX_FRAME 1514
#define MAX_FRAMES 256

static unsigned char frames[MAX_FRAMES][MAX_FRAME];
static int lengths[MAX_FRAMES];

static long long microseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

int main(int argc, char **argv) {
  static char line[2 * MAX_FRAME + 3];
  struct sockaddr_ll to;
  long rounds, rate, sent = 0;
  long long start;
  int fd, count = 0;

  if (argc != 2 && argc != 4) return 2;
  rounds = argc == 4 ? atol(argv[2]) : 1;
  rate = argc == 4 ? atol(argv[3]) : 0;
  fd = socket(AF_PACKET, SOCK_RAW, 0);
  memset(&to, 0, sizeof to);
  to.sll_family = AF_PACKET;
  to.sll_ifindex = (int)if_nametoindex(argv[1]);
  if (fd < 0 || to.sll_ifindex == 0) {
    perror(argv[1]);
    return 1;
  }
  while (count < MAX_FRAMES && fgets(line, sizeof line, stdin)) {
    int length = 0;
    unsigned byte;
    while (length < MAX_FRAME && sscanf(line + 2 * length, "%2x", &byte) == 1)
      frames[count][length++] = (unsigned char)byte;
    if (length > 0) lengths[count++] = length;
  }
  start = microseconds();
  for (long round = 0; round < rounds; round++) {
    for (int i = 0; i < count; i++) {
      if (rate > 0) {
        long long ahead = start + sent * 1000000LL / rate - microseconds();
        struct timespec pause = {0, ahead > 0 ? ahead * 1000 : 0};
        if (ahead > 500) nanosleep(&pause, NULL);
      }
      if (sendto(fd, frames[i], lengths[i], 0, (struct sockaddr *)&to, sizeof to) < 0) {
        perror("sendto");
        return 1;
      }
      sent++;
    }
  }
  return 0;
}
