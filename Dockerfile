# The retail example, for `docker compose --profile example run --rm --build retail`.
# Both stages are of the same Debian, so that the program finds the C library it was linked with.

FROM rust:1.95-slim-trixie AS build
WORKDIR /build
COPY . .
# Without the feature `bundled`: the database is another container.
RUN cargo build --release --locked --example retail --no-default-features

FROM debian:trixie-slim
# Only needed for a database elsewhere, over TLS.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /build/target/release/examples/retail /usr/local/bin/retail
# The example writes its sample into the directory it is started in.
RUN useradd --system --uid 10001 --create-home --home-dir /work metalayer
USER metalayer
WORKDIR /work
ENTRYPOINT ["retail"]
