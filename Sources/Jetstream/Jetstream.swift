// Jetstream
