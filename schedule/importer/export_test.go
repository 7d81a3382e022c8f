package importer

// Shared is for the tests outside of the package, which may use package feed.
var Shared = shared
