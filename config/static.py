"""Static files as they are collected: hashed, compressed, and nothing in them that leads out of the house."""

from django.contrib.staticfiles.apps import StaticFilesConfig
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

ELSEWHERE = b"https://cdn.redoc.ly/redoc/logo-mini.svg"  # ReDoc would fetch the mark of its makers


class StaticFiles(StaticFilesConfig):
    """Without the maps of minified scripts and what else a browser never asks for."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "*.map", "*.LICENSE.txt", "swagger-ui-standalone-preset.js"]


class Storage(CompressedManifestStaticFilesStorage):
    patterns = (
        (
            "*.css",
            tuple(each for each in CompressedManifestStaticFilesStorage.patterns[0][1] if "sourceMap" not in str(each)),
        ),
    )

    def _save(self, name, content):
        if "redoc.standalone." in name:
            content = ContentFile(content.read().replace(ELSEWHERE, b"data:,"))
        return super()._save(name, content)

    def compress_files(self, paths):
        """Swagger UI and ReDoc stay as they are: few open them, and packing them would take seconds of every first start."""
        return super().compress_files([path for path in paths if not path.startswith("drf_spectacular_sidecar/")])
