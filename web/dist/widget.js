// Stands here until the widget is built.
export {};
