#!/bin/sh
# Trains the model that ships by every reward rule, with about as many generated tokens for each: docs/results.md, "All
# rules in training". Can be stopped and given again. Arguments go to retrace compare and win: --seeds 1 --steps 2 --limit 8
# is a trial of some minutes.
#     benchmarks/rules-in-training/compare.sh OUTPUT [ARGUMENT …]
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
output=$1
shift

# The questions in other words, besides, for the rules that ask twice; else the problems that ship.
[ -d "$output/geometry" ] || "$root/retrace" data make --output "$output/geometry" --rephrased

# A rule's group is as large as makes the tokens of a problem those of 24 responses. All make two updates a step, so that
# none takes more of them than another.
set -- --variant majority-24:method=majority,rollout.group=24,learn.mini_batch=96 "$@"
for rule in srt srt-soft empo ttrv evolmm scope covo entropy self-certainty supervised random; do
    set -- --variant "$rule-24:method=$rule,rollout.group=24,learn.mini_batch=96" "$@"
done
# Another model, or other words, are asked as often as the policy.
for rule in restrain co-rewarding-i co-rewarding-ii self-harmony; do
    set -- --variant "$rule-12:method=$rule,rollout.group=12,learn.mini_batch=48" "$@"
done
# Every response is judged once.
set -- --variant actor-judge-11:method=actor-judge,rollout.group=11,learn.mini_batch=44 "$@"
# Eight responses and five continuations of each, as in the paper.
for rule in sfr survival consistency released max-entropy-anchor chain dual-consensus; do
    set -- --variant "$rule-8:method=csrs,reward.rule=$rule" "$@"
done
# Three continuations, and blind samples.
set -- --variant grounded-8:method=csrs,reward.rule=grounded,retrace.samples=3 "$@"
cuts=retrace.keep_rates=0.1,0.3,0.5,0.7,0.9,retrace.perturbation_level=80
set -- --variant "grounded-vote-5:method=csrs,reward.rule=grounded-vote,$cuts,rollout.group=5,retrace.blind_samples=5,learn.mini_batch=20" "$@"

exec "$root/retrace" compare --model "$root/models/tiny" --data "$output/geometry/train.jsonl" \
    --test "$output/geometry/test.jsonl" --output "$output" --methods majority,grounded-vote --baseline majority-24 \
    --set data.batch=8 --set learn.mini_batch=32 --set threads=1 --set checkpoint.keep=1 --set steps=20 "$@"
