FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY cmd cmd
COPY feed feed
COPY schedule schedule
ARG VERSION=dev
RUN mkdir /data && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$VERSION" -o /slotcast ./cmd/slotcast

# The program holds its time zones; only the certificates for https sources
# come from outside.
FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /slotcast /slotcast
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
ENV SLOTCAST_DB=sqlite:/data/slotcast.db
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["/slotcast", "health"]
ENTRYPOINT ["/slotcast"]
CMD ["serve", "--listen", "0.0.0.0:8080"]
