#!/usr/bin/env bash
# Build the control plane that the tests of deploying run against, once, into a cache folder outside the repository.
#
# Debian's source package of kubernetes is the whole upstream tree with vendor/; apt verifies its signature. What is
# built is put in place by one rename: a build that was cut off leaves nothing that would be taken for a whole one.
set -euo pipefail

version=1.20.2
cache="${XDG_CACHE_HOME:-$HOME/.cache}/gofigure-tests"
ready="$cache/kubernetes-$version"
work="$cache/kubernetes-$version.building"

if [ -x "$ready/etcd" ]; then
    echo "$ready"
    exit 0
fi

missing=()
need() { command -v "$1" >/dev/null || missing+=("$2"); }
need go golang-go
need make make
need gcc gcc
need rsync rsync
need jq jq
need dpkg-source dpkg-dev
need apt-get apt
need flock util-linux
if [ "${#missing[@]}" -gt 0 ]; then
    echo "to build kubernetes $version: apt-get install -y --no-install-recommends ${missing[*]}" >&2
    exit 2
fi
lists=/etc/apt/sources.list.d/debian.sources
if ! grep -qs bookworm "$lists"; then
    echo "kubernetes $version is built from the source package of Debian 12 (bookworm): $lists does not name it" >&2
    exit 2
fi

mkdir -p "$cache"
exec 9>"$work.lock"
flock 9 # two at once would build the same thing twice
[ -x "$ready/etcd" ] && { echo "$ready"; exit 0; }
rm -rf "$work" # of a build that was cut off
mkdir -p "$work"/{sources,lists/partial,archives/partial,bin}
cd "$work"

echo "building kubernetes $version in $work (6 to 20 minutes, once)" >&2
sed 's/^Types: deb$/Types: deb deb-src/' "$lists" >sources/bookworm.sources
apt=(apt-get -qq -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$work/sources"
    -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work" -o APT::Sandbox::User=root)
"${apt[@]}" update >&2
"${apt[@]}" download etcd-server >&2 # unpacked, not installed: no service comes with it
dpkg -x etcd-server_*.deb etcd
cp etcd/usr/bin/etcd bin/etcd
"${apt[@]}" source kubernetes >&2
cd kubernetes-1.20.*/
mkdir -p .go/src/k8s.io
ln -s ../../.. .go/src/k8s.io/kubernetes
export GOPATH="$PWD/.go" GOCACHE="$work/go-cache" GO111MODULE=off CGO_ENABLED=0 GOFLAGS=
export KUBE_GIT_VERSION="v$version" KUBE_GIT_COMMIT=none KUBE_GIT_TREE_STATE=clean KUBE_GIT_MAJOR=1 KUBE_GIT_MINOR=20
nice -n 19 make GOLDFLAGS="-s -w" WHAT="cmd/kube-apiserver cmd/kube-controller-manager cmd/kube-scheduler" >&2
for name in kube-apiserver kube-controller-manager kube-scheduler; do
    cp "$(find -L _output -type f -name "$name" -path '*bin*' | head -n 1)" "$work/bin/"
done

mv "$work/bin" "$ready"
chmod -R u+w "$work" # Go makes its module cache read-only
rm -rf "$work"
echo "$ready"
