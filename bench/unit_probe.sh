#!/bin/bash
# Runs inside the container that bench/unit.sh boots: tries the unit, writes what it sees, switches off.
exec >/probe.log 2>&1
unit=meterwatch.service
is() { systemctl show -p "$1" --value $unit; }
# see WHAT FOUND WANTED: WANTED is a pattern
see() {
    # shellcheck disable=SC2053
    if [[ $2 == $3 ]]; then echo "ok   $1: $2"; else echo "NOT  $1: expected $3, found '$2'"; fi
}
# until_is SECONDS PROPERTY PATTERN
until_is() {
    local last=$((SECONDS + $1))
    # shellcheck disable=SC2053
    while [[ $(is "$2") != $3 ]] && ((SECONDS < last)); do sleep 0.2; done
}
get() {
    python3 - "$1" <<'PY'
import http.client, sys
asked = http.client.HTTPConnection("127.0.0.1", 8321, timeout=5)
try:
    asked.request("GET", sys.argv[1])
    print(asked.getresponse().status)
except OSError as error:
    print(error)
PY
}
# dropin NAME LINE...: until `undo NAME`
dropin() {
    printf '%s\n' '[Service]' "${@:2}" >/etc/systemd/system/$unit.d/z-"$1".conf
    systemctl daemon-reload
}
undo() {
    rm -f /etc/systemd/system/$unit.d/z-"$1".conf
    systemctl daemon-reload
}
complaint() { journalctl -q -u $unit -o cat | grep -o 'config.yaml:[0-9]*:[0-9]*: .*' | tail -1; }
milliseconds() { echo $(($(date +%s%N) / 1000000)); }

echo "--- without the credential the configuration asks for, it says so and stays down"
systemctl start $unit
sleep 3
see "exit" "$(is ExecMainStatus)/$(is NRestarts)/$(is ActiveState)" 78/0/failed
see "it says where" "$(complaint)" 'config.yaml:*supertone*'
systemctl reset-failed $unit

echo "--- with it, it starts"
echo secret >/etc/credstore/meterwatch.supertone
began=$(milliseconds)
systemctl start $unit
echo "     READY after $(($(milliseconds) - began)) ms"
see "state" "$(is ActiveState)/$(is SubState)" active/running
see "status" "$(is StatusText)" '?*'
see "credentials" "$(ls /run/credentials/$unit/)" supertone
pid=$(is MainPID)
see "user is a dynamic one" "$(stat -c %u /proc/"$pid")" '6[0-9][0-9][0-9][0-9]'
see "capabilities" "$(sed -n 's/^CapEff:\t//p' /proc/"$pid"/status)" 0000000000000000
see "/healthz" "$(get /healthz)" 200
sleep 5
see "/readyz five seconds on" "$(get /readyz)" 200
see "it keeps its state here" "$(ls /var/lib/meterwatch/)" '?*'
see "nobody else may read that" "$(stat -L -c %a /var/lib/meterwatch/)" 700
echo "     memory in use: $(($(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' /proc/"$pid"/status) / 1024)) MB; status: $(is StatusText)"

echo "--- it stops when asked"
began=$(milliseconds)
systemctl stop $unit
echo "     drained in $(($(milliseconds) - began)) ms"
see "result" "$(is Result)/$(is ExecMainStatus)" success/0
see "of its own will" "$(journalctl -q -u $unit -o cat | tail -2 | head -1)" '*Deactivated successfully*'
see "state" "$(is ActiveState)" inactive

echo "--- it comes up again on the state it left"
systemctl start $unit
see "state" "$(is ActiveState)" active

echo "--- killed, it comes back"
pid=$(is MainPID)
kill -KILL "$pid"
until_is 20 NRestarts 1
until_is 20 ActiveState active
see "restarts" "$(is NRestarts)" 1
see "state" "$(is ActiveState)" active
see "another process" "$([ "$(is MainPID)" != "$pid" ] && echo yes)" yes
systemctl stop $unit

echo "--- hanging, the watchdog kills it and it comes back"
dropin watchdog WatchdogSec=3
systemctl start $unit
sleep 4
see "alive past its watchdog's span" "$(is ActiveState)/$(is NRestarts)" active/0
kill -STOP "$(is MainPID)"
until_is 30 NRestarts 1
until_is 20 ActiveState active
see "restarts" "$(is NRestarts)" 1
see "why" "$(journalctl -q -u $unit -o cat | grep -c 'Watchdog timeout')" '[1-9]*'
see "state" "$(is ActiveState)" active
systemctl stop $unit
undo watchdog

echo "--- a configuration that is wrong stops it for good"
cp /etc/meterwatch/config.yaml /tmp/good.yaml
echo 'no_such_key: true' >>/etc/meterwatch/config.yaml
systemctl start $unit
sleep 4
see "exit" "$(is ExecMainStatus)" 78
see "restarts" "$(is NRestarts)" 0
see "state" "$(is ActiveState)" failed
see "it says where" "$(complaint)" 'config.yaml:*no_such_key*'
cp /tmp/good.yaml /etc/meterwatch/config.yaml

echo "--- the sandbox, under the same unit: the journal of twenty seconds"
systemctl reset-failed $unit
dropin sandbox 'ExecStart=' 'ExecStart=/opt/meterwatch/bin/meterwatch run --sandbox --config /src/config.example.yaml'
since=$(date '+%F %T')
systemctl start $unit
sleep 20
see "state" "$(is ActiveState)/$(is NRestarts)" active/0
systemctl stop $unit
see "result" "$(is Result)" success
see "no tick failed" "$(journalctl -q -u $unit -o cat --since "$since" | grep -cE 'Traceback|schedule: .* failed')" 0
journalctl -q -u $unit -o cat --since "$since" | head -60 | cut -c1-160
echo "done"
systemctl poweroff
