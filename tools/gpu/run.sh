#!/bin/sh
# run.sh OUT [MEASURE ARGUMENTS]: on a GPU machine, from the folder that pack.mjs filled. Figures go to OUT as JSON.
set -u
here=$(cd "$(dirname "$0")" && pwd)
out=$1
shift
mkdir -p "$out"
export LD_LIBRARY_PATH="$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-/tmp}"
if [ -z "${VK_ICD_FILENAMES:-}" ]; then
  for icd in /usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json /etc/vulkan/icd.d/nvidia_icd.json \
    /usr/share/vulkan/icd.d/nvidia_icd.json; do
    if [ -f "$icd" ]; then export VK_ICD_FILENAMES="$icd" && break; fi
  done
fi
echo "icd ${VK_ICD_FILENAMES:-the loader finds one}"
nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader 2>/dev/null
"$here/node" "$here/measure.mjs" --out "$out" "$@" 2>&1
python3 "$here/peers/peer.py" "$out/peers.json" 2>&1
