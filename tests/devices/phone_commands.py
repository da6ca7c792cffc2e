"""Commands of a phone's shell: toybox's, which the host has as well, and stand-ins for the others in shell.

A stand-in never touches what is outside the phone's folder, or processes of others. `HOST` is where the host's own
commands are.
"""

TOYBOX = (
    "awk", "base64", "basename", "cat", "cksum", "cmp", "cp", "cut", "date", "dd", "diff", "dirname", "du", "echo",
    "env", "expr", "false", "find", "flock", "grep", "head", "hostname", "id", "ln", "ls", "md5sum", "mkdir", "mkfifo",
    "mktemp", "mv", "nice", "nohup", "nproc", "od", "paste", "printf", "readlink", "realpath", "renice", "rmdir", "sed",
    "seq", "setsid", "sha1sum", "sha256sum", "sleep", "sort", "split", "stat", "stty", "sync", "tail", "tar", "tee",
    "test", "timeout", "touch", "tr", "true", "truncate", "tty", "uname", "uniq", "wc", "which", "whoami", "xargs",
    "xxd", "yes",
)  # fmt: skip

_HOST = "HOST=/usr/bin:/bin\n"
_OURS = (
    _HOST
    + """
parent() { while read -r word rest; do [ "$word" != PPid: ] || echo $rest; done 2>/dev/null <"/proc/$1/status"; }
ours() { # process ids of this phone, but for the one that asks
  for place in $(PATH=$HOST grep -lzxF "PHONE_ROOT=$PHONE_ROOT" /proc/[0-9]*/environ 2>/dev/null); do
    pid=${place#/proc/}
    pid=${pid%/environ}
    [ "$pid" = $$ ] || [ ! -e "/proc/$pid" ] || [ "$(parent "$pid")" = $$ ] || echo "$pid"
  done
}
words() { [ ! -r "/proc/$1/cmdline" ] || PATH=$HOST tr '\\0' ' ' <"/proc/$1/cmdline"; }
name() { # of its file, or of the script that its shell runs
  set -- $(words "$1")
  case ${1##*/} in
  sh | dash | bash) [ "${2#-}" = "$2" ] && shift ;;
  esac
  echo "${1##*/}"
}
"""
)

COMMANDS = {
    "getprop": """
if [ $# = 0 ]; then cat "$PHONE_ROOT/props"; exit; fi
while IFS= read -r line; do
  case $line in "[$1]: ["*) line=${line#*: [}; echo "${line%]}"; exit ;; esac
done <"$PHONE_ROOT/props"
echo "$2"
""",
    "setprop": """
echo "[$1]: [$2]" >>"$PHONE_ROOT/props"
""",
    "dumpsys": """
if [ -f "$PHONE_ROOT/dumpsys/$1" ]; then cat "$PHONE_ROOT/dumpsys/$1"; else echo "Can't find service: $1"; fi
""",
    "df": """
used=$(du -sk "$PHONE_ROOT/data" | cut -f1)
all=$((PHONE_CAPACITY / 1024))
echo "Filesystem       1K-blocks     Used Available Use% Mounted on"
echo "/dev/block/dm-47 $all $used $((all > used ? all - used : 0)) $((100 * used / all))% /data"
""",
    "taskset": """
case $1 in "" | *[!0-9a-f]*) echo "taskset: bad mask $1" >&2; exit 1 ;; esac
shift
exec "$@"
""",
    "chmod": _HOST + """
PATH=$HOST chmod "$@" || exit
[ -z "$PHONE_NOEXEC" ] || PATH=$HOST find "$PHONE_ROOT/data/local/tmp" -type f -exec chmod a-x {} +
""",
    "rm": _HOST + """
for path; do
  case $path in
    -*) ;;
    *) case $(realpath -ms -- "$path") in
      "$PHONE_ROOT"/?*) ;;
      *) echo "rm: $path: Read-only file system" >&2; exit 1 ;;
      esac ;;
  esac
done
PATH=$HOST exec rm "$@"
""",
    "sh": """
case $1 in
  "" | -*) exec /bin/sh "$@" ;;
esac
file=$1
shift
[ -r "$file" ] || { echo "sh: $file: No such file or directory" >&2; exit 127; }
led="s#(^|[^[:alnum:]_./})])/(data|sys|system|vendor|sdcard)/#\\1$PHONE_ROOT/\\2/#g"
exec /bin/sh -c "$(sed -E "$led" "$file")" "$file" "$@"
""",
    "ps": _OURS + """
echo "USER PID PPID NAME"
for pid in $(ours); do
  echo "shell $pid $(parent "$pid") $(name "$pid")"
done
""",
    "pidof": _OURS + """
found=
for pid in $(ours); do [ "$(name "$pid")" != "$1" ] || found="$found $pid"; done
[ -n "$found" ] && echo ${found}
""",
    "pgrep": _OURS + """
full=
while :; do case $1 in -f) full=1 ;; -*) ;; *) break ;; esac; shift; done
status=1
for pid in $(ours); do
  if [ -n "$full" ]; then what=$(words "$pid"); else what=$(name "$pid"); fi
  if echo "$what" | grep -qE -- "$1"; then echo "$pid"; status=0; fi
done
exit $status
""",
    "pkill": """
signal=-TERM full=
while :; do case $1 in -f) full=-f ;; -*) signal=$1 ;; *) break ;; esac; shift; done
pids=$(pgrep $full "$1") || exit 1
for pid in $pids; do [ "$pid" = $PPID ] || kill "$signal" "$pid"; done
""",
}  # fmt: skip
