#!/bin/sh
# Plays one row of test/conformance/nopreempt/nopreempt.json with two keepaliveds in network namespaces:
#   nopreempt.sh STATE PRIORITY restart|reboot|fault|reload|weight
# and prints who has the address in the end: this, other, both or none. Takes 15 s.
state=$1 prio=$2 what=$3
d=$(mktemp -d) a=npa$$ b=npb$$
va=va$$ vb=vb$$
clean() {
  kill "$(cat "$d/a.main")" "$(cat "$d/b.main")" 2>/dev/null
  sleep 1
  ip netns del $a; ip netns del $b
  rm -rf "$d"
}
trap clean EXIT
ip netns add $a && ip netns add $b || exit 1
ip link add $va netns $a type veth peer name $vb netns $b || exit 1
ip -n $a addr add 10.99.0.9/24 dev $va
ip -n $b addr add 10.99.0.2/24 dev $vb
for n in $a $b; do ip -n $n link set lo up; done
ip -n $a link set $va up
ip -n $b link set $vb up

conf() { # INTERFACE STATE PRIORITY [nopreempt [WEIGHT]]
  echo "global_defs {
  vrrp_version 3
  script_user root
}"
  [ -n "$5" ] && echo "vrrp_script chk {
  script \"/usr/bin/test ! -e $d/down\"
  interval 1
  weight $5
  fall 1
  rise 1
}"
  echo "vrrp_instance VI_1 {
  state $2
  $4
  interface $1
  virtual_router_id 51
  priority $3
  advert_int 0.2
  virtual_ipaddress {
    10.99.0.100/24
  }"
  [ -n "$5" ] && echo "  track_script {
    chk
  }"
  echo "}"
}
this() { # PRIORITY
  case $what in
    weight) conf $va $state "$1" nopreempt -60 ;;
    fault) conf $va $state "$1" nopreempt 0 ;;
    *) conf $va $state "$1" nopreempt ;;
  esac >"$d/a.conf"
}
run() { # NAMESPACE a|b
  ip netns exec "$1" keepalived -P -n -l -D -f "$d/$2.conf" -p "$d/$2.pid" -r "$d/$2v.pid" >>"$d/$2.log" 2>&1 &
  echo $! >"$d/$2.main"
}
has() { ip -n "$1" addr show | grep -q 10.99.0.100; }

conf $vb BACKUP 100 >"$d/b.conf"
case $what in
  reload) this 50; run $b b; sleep 3; run $a a; sleep 2 ;;
  weight) touch "$d/down"; this "$prio"; run $b b; sleep 3; run $a a; sleep 3 ;;
  *) this "$prio"; run $a a; sleep 3; run $b b; sleep 2 ;;
esac
case $what in
  restart) kill "$(cat "$d/a.main")"; sleep 3 ;;
  reboot)
    kill -9 "$(cat "$d/a.main")" "$(cat "$d/av.pid")"
    ip -n $a addr del 10.99.0.100/24 dev $va 2>/dev/null
    rm -f "$d/a.pid" "$d/av.pid"
    sleep 3
    ;;
  fault) touch "$d/down"; sleep 4 ;;
esac
# The owner of the addresses is MASTER beside a weight and before it came back.
has $b || [ "$prio" = 255 ] || { echo "the other one was not MASTER"; exit 1; }
case $what in
  restart | reboot) run $a a ;;
  fault | weight) rm "$d/down"; sleep 2 ;;
  reload) this "$prio"; kill -HUP "$(cat "$d/a.main")" ;;
esac
sleep 4
if has $a; then
  if has $b; then echo both; else echo this; fi
elif has $b; then echo other; else echo none; fi
