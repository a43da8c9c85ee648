#!/usr/bin/env bash
# The templates of an analyzer (finds motion) and a filter (writes a text) in all five languages, built and measured: languages.sh PROGRAM FOLDER
set -euo pipefail
program=$(realpath "$1")
mkdir -p "$2" && cd "$2"
for language in rust c go js python; do
  for role in analyzer filter; do
    name=$language-$role
    [ -d "$name" ] || "$program" plugin new --lang "$language" --role "$role" "$name" >/dev/null
    "$program" plugin build "$name"
    "$program" plugin bench "$name/$name.wasm" --each 1
  done
done
