# Framegate in a container of about 150 MB, that runs as nobody in particular:
#
#   docker build -t framegate --build-arg COMMIT="$(git describe --always --dirty --abbrev=12)" .
#   docker run --rm -p 8080:8080 -v ./streams.toml:/etc/framegate/streams.toml:ro -v framegate:/var/lib/framegate framegate
#
# In a container `listen` is "0.0.0.0:8080", and says with that who may come in: [users.NAME], [tokens.NAME], or access = "open".
# examples/deploy/compose.yml has nginx and Prometheus beside it. Where no Docker engine is, examples/deploy/docker/without-docker.sh runs these steps.

# The compiler that rust-toolchain.toml names; rustup brings the plugins' target by that file.
FROM rust:1.95.0-slim-bookworm AS build
# nasm, or decoding takes up to 1.8 times as long.
RUN apt-get update && apt-get install -y --no-install-recommends cmake g++ make nasm && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
ARG COMMIT=unknown
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    FRAMEGATE_COMMIT="$COMMIT" cargo build --release --locked --package framegate && \
    strip -o /framegate target/release/framegate

# The same Debian: the program is linked to its libc and libstdc++.
FROM debian:bookworm-slim AS runtime
# Authorities for plugins' HTTPS, registries and S3. The folders belong to the user, since compiled plugins are taken from nobody else's.
RUN apt-get update && \
    apt-get install -y --no-install-recommends ca-certificates libstdc++6 && \
    rm -rf /var/lib/apt/lists/* && \
    mkdir -p /etc/framegate && \
    install -d -m 0700 -o 10001 -g 10001 /var/lib/framegate /var/cache/framegate
COPY --from=build /framegate /usr/bin/framegate
# What came by the API is kept in the first, compiled plugins in a folder of the second.
ENV STATE_DIRECTORY=/var/lib/framegate XDG_CACHE_HOME=/var/cache
# Where `framegate check`, `doctor` and `top` find streams.toml.
WORKDIR /etc/framegate
# A number, so that Kubernetes can see that it is not root.
USER 10001:10001
VOLUME /var/lib/framegate
EXPOSE 8080
# The program asks itself: there is no curl in here.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["/usr/bin/framegate", "health"]
# It ends within 4.5 s of SIGTERM by itself.
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/bin/framegate"]
CMD ["run", "/etc/framegate/streams.toml"]
