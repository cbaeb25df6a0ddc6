/* Swagger UI on the description of this portal; nothing is kept in the browser. */
const place = document.getElementById("swagger");
SwaggerUIBundle({
  url: place.dataset.description,
  domNode: place,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  persistAuthorization: false,
  displayRequestDuration: true,
});
