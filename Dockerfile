FROM python:3.11-slim AS build
RUN pip install --no-cache-dir uv
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY services services
COPY workers workers
COPY config config
RUN uv venv /opt/tocsin && uv pip install --python /opt/tocsin --no-cache --compile-bytecode .

FROM python:3.11-slim
RUN useradd --uid 10001 --create-home tocsin && mkdir /data && chown tocsin /data
COPY --from=build /opt/tocsin /opt/tocsin
ENV PATH=/opt/tocsin/bin:$PATH TOCSIN_DATA=/data PYTHONUNBUFFERED=1
USER tocsin
WORKDIR /data
VOLUME /data
EXPOSE 8000
CMD ["tocsin", "up", "--host", "0.0.0.0"]
