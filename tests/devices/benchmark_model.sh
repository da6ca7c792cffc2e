#!/bin/sh
# Stands in for TensorFlow Lite's benchmark_model: prints its logs for times that are given beforehand.
# The environment, or the lines that a test puts ahead, set:
: "${TOOL_LATENCY_US:=50000}"    # of one inference on one thread; n threads take an n-th
: "${TOOL_NOISE_PERCENT:=2}"     # times lie so far around it at most
: "${TOOL_SEED:=1}"              # the same seed gives the same times
: "${TOOL_GPU:=full}"            # full, partial, none, unsupported: what a delegate takes of the graph
: "${TOOL_WRONG:=}"              # hang, kill, crash, library, invoke, cut: how it fails
: "${TOOL_TENTHS:=0}"            # of a second that the run takes
: "${TOOL_ABI:=}"                # what it is built for; a phone that has another can't run it
: "${TOOL_ANSWER:=}"             # a file whose bytes are the network's output

graph='' threads=-1 runs=50 warmups=1 gpu=0 nnapi=0 xnnpack=0 peak=0 full=0 output='' unknown=''
for flag; do
  value=${flag#*=}
  case $value in true) value=1 ;; false) value=0 ;; esac
  case $flag in
    --graph=*) graph=$value ;;
    --num_threads=*) threads=$value ;;
    --num_runs=*) runs=$value ;;
    --warmup_runs=*) warmups=$value ;;
    --use_gpu=*) gpu=$value ;;
    --use_nnapi=*) nnapi=$value ;;
    --use_xnnpack=*) xnnpack=$value ;;
    --report_peak_memory_footprint=*) peak=$value ;;
    --require_full_delegation=*) full=$value ;;
    --output_filepath=*) output=$value ;;
    --min_secs=* | --max_secs=* | --gpu_precision_loss_allowed=* | --verbose=* | --input_layer*=* | --run_delay=*) ;;
    --enable_op_profiling=* | --gpu_*=* | --nnapi_*=* | --xnnpack_*=* | --delegate_*=* | --use_caching=*) ;;
    *) unknown="$unknown $flag" ;;
  esac
done
say() { echo "INFO: $*"; }
fail() { echo "ERROR: $*" >&2; }

abi=$(getprop ro.product.cpu.abi 2>/dev/null)
if [ -n "$TOOL_ABI" ] && [ -n "$abi" ] && [ "$abi" != "$TOOL_ABI" ]; then
  echo "/system/bin/sh: $0: not executable: 64-bit ELF file" >&2
  exit 126
fi
if [ "$TOOL_WRONG" = library ]; then
  echo "CANNOT LINK EXECUTABLE \"$0\": library \"libOpenCL.so\" not found: needed by main executable" >&2
  exit 1
fi

say "STARTING!"
[ -z "$unknown" ] || echo "WARN: Unconsumed cmdline flags:$unknown"
say "Log parameter values verbosely: [0]"
say "Min num runs: [$runs]"
[ "$threads" = -1 ] || say "Num threads: [$threads]"
[ "$warmups" = 1 ] || say "Min warmup runs: [$warmups]"
[ -z "$graph" ] || say "Graph: [$graph]"
say "Signature to run: []"
[ "$threads" = -1 ] || say "#threads used for CPU inference: [$threads]"
[ $gpu = 0 ] || say "Use gpu: [1]"
[ $nnapi = 0 ] || say "Use NNAPI: [1]"
[ $xnnpack = 0 ] || say "Use xnnpack: [1]"

if [ -z "$graph" ]; then
  fail "Please specify the name of your TF Lite input file with --graph"
  exit 1
fi
if [ ! -r "$graph" ]; then
  fail "Could not open '$graph'."
  fail "Failed to mmap model $graph"
  fail "Benchmarking failed."
  exit 1
fi
if [ "$(dd if="$graph" bs=1 skip=4 count=4 2>/dev/null)" != TFL3 ]; then
  fail "The model is not a valid Flatbuffer buffer"
  fail "Failed to mmap model $graph"
  fail "Benchmarking failed."
  exit 1
fi
size=$(wc -c <"$graph")
say "Loaded model $graph"

delegate() { # a delegate's name, and its kernel's
  if [ "$TOOL_GPU" = unsupported ]; then
    echo "WARN: $1 acceleration is unsupported on this platform."
    took=none
    return
  fi
  say "Created TensorFlow Lite delegate for $1."
  say "$1 delegate created."
  took=$TOOL_GPU
  case $took in
    full)
      echo "VERBOSE: Replacing 64 out of 64 node(s) with delegate ($2) node, yielding 1 partitions for subgraph 0."
      say "Explicitly applied $1 delegate, and the model graph will be completely executed by the delegate." ;;
    partial)
      echo "VERBOSE: Replacing 41 out of 64 node(s) with delegate ($2) node, yielding 5 partitions for subgraph 0."
      say "Explicitly applied $1 delegate, and the model graph will be partially executed by the delegate w/ 3 delegate kernels." ;;
    none) say "Though $1 delegate is explicitly applied, the model graph will not be executed by the delegate." ;;
  esac
}
took=''
[ $gpu = 0 ] || delegate GPU TfLiteGpuDelegateV2
[ $nnapi = 0 ] || delegate NNAPI TfLiteNnapiDelegate
if [ $xnnpack = 1 ]; then
  say "XNNPACK delegate created."
  say "Explicitly applied XNNPACK delegate, and the model graph will be completely executed by the delegate."
fi
if [ $full = 1 ] && [ "$took" != full ] && [ -n "$took" ]; then
  fail "Disallowed CPU fallback detected."
  fail "Benchmarking failed."
  exit 1
fi
level=$TOOL_LATENCY_US
[ "$threads" -le 0 ] || level=$((level / threads))
case $took in full) level=$((level / 4)) ;; partial) level=$((level / 2)) ;; esac

point() { # thousandths as a number with a point, as C++ prints it
  value=$1.$(printf %03d "$2")
  while [ "$value" != "${value%0}" ]; do value=${value%0}; done
  echo "${value%.}"
}
mean() { # a sum over a count, in six digits
  awk -v sum="$1" -v count="$2" 'BEGIN { printf "%.6g\n", sum / count }'
}
phase() { # how many times, a seed: sets first, average and the line of statistics
  awk -v count="$1" -v seed="$2" -v level="$3" -v noise="$TOOL_NOISE_PERCENT" '
    BEGIN {
      for (i = 1; i <= count; i++) {
        for (turn = 0; turn < 3; turn++) seed = (seed * 1103 + 12345) % 1048576
        time[i] = int(level * (1 + noise * (seed / 524288 - 1) / 100))
        if (time[i] < 1) time[i] = 1
        sum += time[i]
        for (j = i; j > 1 && ranked[j - 1] > time[i]; j--) ranked[j] = ranked[j - 1]
        ranked[j] = time[i]
      }
      mean = sum / count
      for (i = 1; i <= count; i++) squares += (time[i] - mean) ^ 2
      if (ranked[1] == ranked[count]) {
        line = "count=" count " curr=" time[count] (count > 1 ? "(all same)" : "")
      } else {
        line = sprintf("count=%d first=%d curr=%d min=%d max=%d avg=%.6g std=%d", count, time[1], time[count],
                       ranked[1], ranked[count], mean, int(sqrt(squares / count)))
      }
      line = line sprintf(" p5=%d median=%d p95=%d", ranked[1 + int((count - 1) * 0.05)],
                          ranked[1 + int((count - 1) * 0.5)], ranked[1 + int((count - 1) * 0.95)])
      printf "%d %.6g %s\n", time[1], mean, line
    }'
}
limits="seconds but terminate if exceeding 150 seconds."

[ "$TOOL_WRONG" != crash ] || kill -SEGV $$
[ "$TOOL_WRONG" != kill ] || kill -KILL $$
while [ "$TOOL_WRONG" = hang ] || [ "$TOOL_TENTHS" -gt 0 ]; do
  sleep 0.1 # no longer, since a killed run is to leave no process behind
  TOOL_TENTHS=$((TOOL_TENTHS - 1))
done
say "The input model file size (MB): $(awk -v size="$size" 'BEGIN { printf "%.6g", size / 1e6 }')"
init=$((2000 + level / 10))
say "Initialized session in $(awk -v us=$init 'BEGIN { printf "%.6g", us / 1000 }')ms."
first=0 average=0
if [ "$warmups" -gt 0 ]; then
  say "Running benchmark for at least $warmups iterations and at least 0.5 $limits"
  read -r first average line <<END
$(phase "$warmups" $((TOOL_SEED + 7)) $((level * 2)))
END
  say "$line"
  echo
fi
say "Running benchmark for at least $runs iterations and at least 1 $limits"
[ "$TOOL_WRONG" != cut ] || exit 0
read -r _ timed line <<END
$(phase "$runs" "$TOOL_SEED" $level)
END
say "$line"
echo
say "Inference timings in us: Init: $init, First inference: $first, Warmup (avg): $average, Inference (avg): $timed"
say "Note: as the benchmark tool itself affects memory footprint, the following is only APPROXIMATE to the actual memory footprint of the model at runtime. Take the information at your discretion."
say "Memory footprint delta from the start of the tool (MB): init=$((size / 1048576 + 3)).25 overall=$((size / 1048576 + 9)).5"
[ $peak = 0 ] || say "Overall peak memory footprint (MB) via periodic monitoring: $((size / 1048576 + 11)).75"
[ -z "$output" ] || [ -z "$TOOL_ANSWER" ] || cat "$TOOL_ANSWER" >"$output"
if [ "$TOOL_WRONG" = invoke ]; then
  fail "Failed to invoke!"
  fail "Benchmarking failed."
  exit 1
fi
