#!/bin/bash
# PID 1 of the User Mode Linux kernel. The root file system is the machine's own, seen through
# hostfs: what is written outside the mounts made here is written to the machine.
# LAB_WORK (a folder of the machine) comes in by the kernel's command line.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

mount -t proc proc /proc
mount -t sysfs sys /sys
mountpoint -q /dev || mount -t devtmpfs dev /dev
mkdir -p /dev/pts
mount -t devpts -o ptmxmode=0666 devpts /dev/pts
[ -e /dev/fd ] || ln -s /proc/self/fd /dev/fd
# Daemons write their pid files and sockets here; it is empty in each boot.
mount -t tmpfs tmpfs /run
# A machine that never had a kernel of its own does not have the folder.
mkdir -p /lib/modules
mount -t tmpfs tmpfs /lib/modules
ln -s "/usr/lib/uml/modules/$(uname -r)" "/lib/modules/$(uname -r)"

# The job's output has a line of its own, so that kernel messages do not mix with it. The job's end is
# waited for, not the end of what it left behind.
stty raw -echo < /dev/ttyS0
mkfifo /run/job-output
cat < /run/job-output > /dev/ttyS0 &
: > "$LAB_WORK/started"
bash "$LAB_WORK/job.sh" < /dev/null > /run/job-output 2>&1
echo "$?" > "$LAB_WORK/exit-code"
sleep 0.3
sync
poweroff -f
