/// The name of the program in usage texts and errors.
package let programName = "cashin-receiver"
