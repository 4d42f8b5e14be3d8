#!/bin/sh
# The machines of the tutorials as network namespaces:   sudo sh network.sh up|down
#
#   client 203.0.113.10 --- outer 203.0.113.0/24 --- .1 router .1 --- lan 192.168.0.0/24
#                                                          .1 |        .2 director   .11 s1   .12 s2
#                                                             |
#                              far 10.1.0.0/24 ---------------+---- .2 director   .13 s3   .14 s4
set -eu

machines='client router director s1 s2 s3 s4'

case ${1:-} in
down)
    for name in $machines switch; do
        ip netns pids "$name" 2>/dev/null | xargs -r kill
        ip netns delete "$name" 2>/dev/null || true
    done
    exit 0
    ;;
up) ;;
*)
    echo "usage: $0 up|down" >&2
    exit 2
    ;;
esac

# Each machine is a namespace, each cable a veth pair to a bridge, all bridges in one more namespace.
cables() {
    echo 'client eth0 outer 203.0.113.10/24'
    echo 'router eth0 outer 203.0.113.1/24'
    echo 'router eth1 lan 192.168.0.1/24'
    echo 'router eth2 far 10.1.0.1/24'
    echo 'director eth0 lan 192.168.0.2/24'
    echo 'director eth1 far 10.1.0.2/24'
    echo 's1 eth0 lan 192.168.0.11/24'
    echo 's2 eth0 lan 192.168.0.12/24'
    echo 's3 eth0 far 10.1.0.13/24'
    echo 's4 eth0 far 10.1.0.14/24'
}

{
    for name in $machines switch; do echo "netns add $name"; done
    cables | while read -r name device network address; do
        number=${address%/*}
        # The last number of the address is the last of the MAC: s1 on the lan is 02:00:00:00:00:11.
        mac=$(printf '02:00:00:%s:00:%s' "$(printf '%02d' "${device#eth}")" "$(printf '%02d' "${number##*.}")")
        echo "link add name $device netns $name address $mac type veth peer name $name-$network netns switch"
    done
} | ip -batch -

{
    for network in outer lan far; do
        echo "link add $network type bridge forward_delay 0"
        echo "link set $network up"
    done
    cables | while read -r name device network address; do
        echo "link set $name-$network master $network up"
    done
} | ip -netns switch -batch -

for machine in $machines; do
    ip netns exec "$machine" sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
    {
        echo 'link set lo up'
        cables | while read -r name device network address; do
            [ "$name" = "$machine" ] || continue
            echo "address add $address brd + dev $device"
            echo "link set $device up"
        done
        case $machine in
        client) echo 'route add default via 203.0.113.1' ;;
        director | s1 | s2) echo 'route add default via 192.168.0.1' ;;
        s3 | s4) echo 'route add default via 10.1.0.1' ;;
        esac
    } | ip -netns "$machine" -batch -
done
ip netns exec router sysctl -qw net.ipv4.ip_forward=1
