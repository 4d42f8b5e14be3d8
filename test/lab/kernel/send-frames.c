/*
 * Sends raw Ethernet frames: what no well-behaved program sends. Reads frames as hexadecimal text
 * from standard input, one a line, and sends each through a device.
 *
 * send-frames DEVICE < FRAMES
 */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define MAX_FRAME 1514

int main(int argc, char **argv) {
  static char line[2 * MAX_FRAME + 3];
  unsigned char frame[MAX_FRAME];
  struct sockaddr_ll to;
  int fd;

  if (argc != 2) return 2;
  fd = socket(AF_PACKET, SOCK_RAW, 0);
  memset(&to, 0, sizeof to);
  to.sll_family = AF_PACKET;
  to.sll_ifindex = (int)if_nametoindex(argv[1]);
  if (fd < 0 || to.sll_ifindex == 0) {
    perror(argv[1]);
    return 1;
  }
  while (fgets(line, sizeof line, stdin)) {
    size_t length = 0;
    unsigned byte;
    while (length < MAX_FRAME && sscanf(line + 2 * length, "%2x", &byte) == 1)
      frame[length++] = (unsigned char)byte;
    if (length > 0 && sendto(fd, frame, length, 0, (struct sockaddr *)&to, sizeof to) < 0) {
      perror("sendto");
      return 1;
    }
  }
  return 0;
}
