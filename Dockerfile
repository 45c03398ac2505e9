# The app on one's own server, on CPU; the first start indexes the demo corpus.
FROM python:3.11-slim

WORKDIR /app
COPY locks/torch.txt locks/runtime.txt locks/
RUN pip install --no-cache-dir --require-hashes --no-deps --requirement locks/torch.txt \
    && pip install --no-cache-dir --require-hashes --requirement locks/runtime.txt

COPY app.py LICENSE README.md ./
COPY index index
COPY search search
COPY data data

RUN useradd --create-home app && mkdir -p data/built data/corpora data/judgments \
    && chown app data/built data/corpora data/judgments
USER app
VOLUME ["/app/data/built", "/app/data/corpora", "/app/data/judgments"]

ENV GRADIO_SERVER_NAME=0.0.0.0 PYTHONUNBUFFERED=1
EXPOSE 7860
HEALTHCHECK --start-period=5m \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:7860/', timeout=5)"]
CMD ["python", "app.py"]
