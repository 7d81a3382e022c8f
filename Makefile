# What one does with a checkout of Slotcast. "make help" lists it.

# No version control stamp: a checkout that belongs to another user would fail.
export GOFLAGS += -buildvcs=false

FUZZTIME ?= 30s
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)

.DEFAULT_GOAL := help
.PHONY: help setup test build bench fuzz golden zones

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "%-8s%s\n", $$1, $$2 }' Makefile

setup: ## install what the tests need beyond Go
	.ci/setup test

test: setup ## run every check; nothing is skipped
	@unformatted=$$(gofmt -l cmd feed schedule) && test -z "$$unformatted" || \
		{ echo "not formatted, run gofmt -w on:" $$unformatted >&2; exit 1; }
	go vet ./...
	go tool staticcheck ./...
	@# The detector takes gigabytes for hostile files unless the collector is told of a limit.
	GOMEMLIMIT=1GiB SLOTCAST_TEST_ALL=1 SLOTCAST_SCREENSHOTS=1 CGO_ENABLED=1 go test -race -count=1 ./...
	@$(MAKE) --no-print-directory build

build: ## build dist/slotcast, one file that needs nothing else
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o dist/slotcast ./cmd/slotcast

bench: ## measure rendering, feeds and requests
	go test -run='^$$' -bench=. -benchmem ./feed ./schedule/... ./cmd/...
	go test -run='^$$' -bench='Handler|Personal' -benchmem ./feed/server
	go test -run='^$$' -bench=Serve -benchtime=1x ./feed/server

fuzz: ## run every fuzz target for FUZZTIME (30s)
	@set -e; for package in $$(go list ./...); do \
		targets=$$(go test -run='^$$' -list='^Fuzz' $$package); \
		for target in $$(echo "$$targets" | grep '^Fuzz'); do \
			echo "$$package $$target"; \
			go test -run='^$$' -fuzz="^$$target\$$" -fuzztime=$(FUZZTIME) $$package; \
		done; \
	done

# Other parsers read the golden feeds in TestInterop, so not while they are written.
golden: ## write the golden feeds anew; read the difference before you commit it
	go test -count=1 -skip='^TestInterop' ./feed -update

zones: ## write schedule/zones.zip anew from Debian's newest zone data
	.ci/setup zones
	go generate ./schedule
