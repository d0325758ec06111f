/// This version of Windsock, kept in this one place.
package let windsockVersion = "0.1.0"
