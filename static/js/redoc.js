/* ReDoc on the description of this portal. Its search would start a worker from a blob, which the page does not allow. */
const place = document.getElementById("redoc");
Redoc.init(place.dataset.description, { disableSearch: true, hideDownloadButton: false, nativeScrollbars: true }, place);
