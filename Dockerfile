FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# The caches hold downloaded and compiled dependencies, so that a change of our own code compiles only that. Touching the
# sources makes cargo look at them again even if their times are older than the cache.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    find src build.rs -exec touch {} + \
    && cargo build --release --locked --bin rejoinder \
    && install -D target/release/rejoinder /out/usr/local/bin/rejoinder \
    && install -d -m 0750 /out/data

# No shell and no package manager: the C library, the certificates of public authorities, and a user without rights.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /out/usr/local/bin/rejoinder /usr/local/bin/rejoinder
COPY --from=build --chown=65532:65532 /out/data /data
ENV REJOINDER__DATABASE__URL=sqlite:///data/rejoinder.db \
    REJOINDER__HTTP__LISTEN=0.0.0.0:8080
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["/usr/local/bin/rejoinder", "health"]
ENTRYPOINT ["/usr/local/bin/rejoinder"]
CMD ["serve"]
